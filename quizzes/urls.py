from django.urls import path

from quizzes import views

app_name = "quizzes"

urlpatterns = [
    path("lessons/<slug:slug>/quiz/", views.take, name="take"),
    path("quizzes/<uuid:public_id>/", views.result, name="result"),
]
