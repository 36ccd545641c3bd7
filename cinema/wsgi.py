import os

from django.core.wsgi import get_wsgi_application

from cinema.environment import keep_files_private

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cinema.settings")

keep_files_private()
application = get_wsgi_application()
