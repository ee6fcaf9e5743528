from django.urls import path

from mailings import views

app_name = "mailings"

urlpatterns = [
    path("newsletter/subscribe/", views.subscribe, name="subscribe"),
    path("newsletter/check-your-inbox/", views.check_inbox, name="check-inbox"),
    path("newsletter/confirm/<str:token>/", views.confirm, name="confirm"),
    path("newsletter/unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("mail/", views.preferences, name="preferences"),
    path("mail/stop/<str:token>/", views.stop, name="stop"),
]
