from django.urls import path

from lessons import views

app_name = "lessons"

urlpatterns = [
    path("", views.home, name="home"),
    path("lessons/", views.lesson_map, name="map"),
    path("lessons/<slug:slug>/", views.lesson_detail, name="detail"),
    path("lessons/<slug:slug>/preview/", views.lesson_preview, name="preview"),
    path("lessons/<slug:slug>/read/", views.read, name="read"),
    path("lessons/<slug:slug>/mark-read/", views.mark_read, name="mark-read"),
    path("lessons/<slug:slug>/film/<slug:block_key>/", views.film, name="film"),
]
