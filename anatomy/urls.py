from django.urls import include, path

from anatomy import views

app_name = "anatomy"

urlpatterns = [
    path("muscles/", views.muscles, name="muscles"),
    path("muscles/<slug:slug>/", views.muscle, name="muscle"),
    path("atlas/", include("anatomy.atlas.urls")),
    path("glossary/", views.glossary, name="glossary"),
]
