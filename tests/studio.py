"""What a browser would send: the forms of a page of the Studio, as they stand."""

import datetime

from django.utils.timezone import localtime


def _value(field):
    value = field.value()
    if callable(value):
        value = value()
    if value is None or value is False:
        return ""
    if isinstance(value, list | tuple):
        return list(value)
    if hasattr(value, "all"):
        return [row.pk for row in value.all()]
    return value


def _fields(form):
    data = {}
    for name in form.fields:
        field = form[name]
        value = _value(field)
        if isinstance(value, list) and value and hasattr(value[0], "pk"):
            value = [row.pk for row in value]
        if isinstance(value, datetime.datetime):
            moment = localtime(value)
            data[f"{field.html_name}_0"], data[f"{field.html_name}_1"] = moment.strftime(
                "%Y-%m-%d %H:%M:%S"
            ).split()
        elif hasattr(value, "url") or field.field.widget.needs_multipart_form:
            continue  # a file is sent only when one is chosen
        elif value != "" or not hasattr(field.field.widget, "check_test"):
            data[field.html_name] = value
    return data


def form_data(response):
    """Return what the change form on a page would send if it were saved at once."""
    data = _fields(response.context["adminform"].form)
    for inline in response.context["inline_admin_formsets"]:
        data |= _fields(inline.formset.management_form)
        for form in inline.formset.forms:
            data |= _fields(form)
    return data


def block_number(response, prefix, block):
    """Return the prefix of the fields of one block of the page."""
    for inline in response.context["inline_admin_formsets"]:
        if inline.formset.prefix == prefix:
            return next(form.prefix for form in inline.formset.forms if form.instance.pk == block.pk)
    raise LookupError(prefix)


def new_block(data, prefix, **fields):
    """Add a block to what is sent, at the end of the lesson."""
    number = int(data[f"{prefix}-TOTAL_FORMS"])
    data[f"{prefix}-TOTAL_FORMS"] = number + 1
    fields = {"region": "main", "ordering": 9000, **fields}
    data |= {f"{prefix}-{number}-{name}": value for name, value in fields.items()}
    return f"{prefix}-{number}"
