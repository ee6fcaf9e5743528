from django.urls import path

from anatomy.atlas import views

urlpatterns = [
    path("", views.atlas, name="atlas"),
    path("string/", views.string, name="string"),
]
