from django.conf import settings
from django.conf.urls.static import static
from django.contrib import admin
from django.urls import include, path

from hipcourse.health import healthz
from hipcourse.icons import favicon

urlpatterns = [
    path("", include("lessons.urls")),
    path("", include("quizzes.urls")),
    path("", include("mailings.urls")),
    path("account/", include("accounts.urls")),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("favicon.ico", favicon, name="favicon"),
]
if settings.DEBUG:
    urlpatterns += [
        path("dev/mail/", include("mailings.dev_urls")),
        *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
    ]

handler400 = "hipcourse.errors.bad_request"
handler403 = "hipcourse.errors.permission_denied"
handler404 = "hipcourse.errors.page_not_found"
handler500 = "hipcourse.errors.server_error"
