import pytest

from lessons.content import ContentError, Record, pretty_html, read_yaml, to_yaml


@pytest.mark.parametrize(
    ("html", "pretty"),
    [
        (
            "<p>One</p><p>Two &amp; <strong>three</strong></p>",
            "<p>One</p>\n<p>Two &amp; <strong>three</strong></p>\n",
        ),
        (
            "<ul><li>A</li><li><p>B</p></li></ul>",
            "<ul>\n  <li>A</li>\n  <li>\n    <p>B</p>\n  </li>\n</ul>\n",
        ),
        ("<p>a\n   b</p>", "<p>a b</p>\n"),
        (
            '<table><tbody><tr><th>A</th><td><a href="https://a.example/?x=1&amp;y=2">b</a></td></tr></tbody></table>',
            "<table>\n  <tbody>\n    <tr>\n      <th>A</th>\n"
            '      <td><a href="https://a.example/?x=1&amp;y=2">b</a></td>\n    </tr>\n  </tbody>\n</table>\n',
        ),
        ("<p>one<br>two</p>", "<p>one<br>two</p>\n"),
    ],
)
def test_html_is_written_one_block_a_line_and_stays_so(html, pretty):
    assert pretty_html(html) == pretty
    assert pretty_html(pretty) == pretty


def test_yaml_keeps_the_order_and_writes_long_text_as_blocks():
    assert to_yaml({"title": "Über uns", "body": "<p>a</p>\n<p>b</p>\n", "list": ["x"]}) == (
        "title: Über uns\nbody: |\n  <p>a</p>\n  <p>b</p>\nlist:\n  - x\n"
    )


def test_a_complaint_names_the_file_and_the_line():
    text = "slug: a\ntitle:\n  - no text\n"
    record = Record("part-1/x.yaml", read_yaml("part-1/x.yaml", text), "a lesson")
    with pytest.raises(ContentError) as caught:
        record.text("title")
    assert str(caught.value) == "part-1/x.yaml:2: “title” must be text"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1", "x.yaml:1: expected ',' or ']', but got '<stream end>'"),
        ("a: 1\na: 2", "x.yaml:2: “a” stands twice"),
        ("1: a", "x.yaml:1: 1 is no name"),
        (
            "a: !!python/object:os.system x",
            "x.yaml:1: could not determine a constructor for the tag 'tag:yaml.org,2002:python/object:os.system'",
        ),
    ],
)
def test_what_is_no_good_yaml_is_told_with_its_line(text, message):
    with pytest.raises(ContentError) as caught:
        read_yaml("x.yaml", text)
    assert str(caught.value) == message


def test_a_misspelt_field_is_told():
    record = Record("x.yaml", read_yaml("x.yaml", "slug: a\ntitel: b\n"), "a lesson")
    record.text("slug")
    with pytest.raises(ContentError, match="a lesson has no field “titel”"):
        record.end()
