from django.urls import path

from mailings import dev_views

app_name = "dev-mail"

urlpatterns = [
    path("", dev_views.kept_mails, name="list"),
    path("delete-all/", dev_views.delete_all, name="delete-all"),
    path("<str:name>/", dev_views.kept_mail, name="detail"),
    path("<str:name>/html/", dev_views.kept_html, name="html"),
]
