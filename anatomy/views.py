from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from anatomy import pages
from anatomy.models import Structure
from anatomy.numbers import muscle_numbers

MAX_QUERY_LENGTH = 80


@require_safe
@cache_control(private=True, no_cache=True)
def muscles(request: HttpRequest) -> HttpResponse:
    return render(request, "anatomy/muscles.html", {"shelves": pages.shelves(), "teams": pages.teams()})


@require_safe
@cache_control(private=True, no_cache=True)
def muscle(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a muscle. Another structure's address leads to its place in the glossary."""
    structure = Structure.objects.filter(slug=slug).first()
    if structure is None and slug != slug.lower() and Structure.objects.filter(slug=slug.lower()).exists():
        return redirect("anatomy:muscle", slug.lower())
    if structure is None:
        missing = {"asked": slug.replace("-", " ")[:MAX_QUERY_LENGTH], "near": pages.muscles_like(slug)}
        return render(request, "anatomy/muscle_missing.html", missing, status=404)
    if structure.kind != Structure.Kind.MUSCLE:
        return redirect(pages.structure_url(structure))
    context = {"page": pages.muscle_page(structure), "numbers": muscle_numbers(structure.slug)}
    return render(request, "anatomy/muscle.html", context)


@require_safe
@cache_control(private=True, no_cache=True)
def glossary(request: HttpRequest) -> HttpResponse:
    """List every structure; `?q=` hides those without all of its words."""
    query = request.GET.get("q", "").strip()[:MAX_QUERY_LENGTH]
    return render(request, "anatomy/glossary.html", {"glossary": pages.glossary(query)})
