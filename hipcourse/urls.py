from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "hipcourse.errors.bad_request"
handler403 = "hipcourse.errors.permission_denied"
handler404 = "hipcourse.errors.page_not_found"
handler500 = "hipcourse.errors.server_error"
