# One image for everything: the web server (the default command), the jobs (deploy/container/run-jobs), and manage.py.
# compose.yaml shows how they go together; deploy/README.md explains it.

FROM python:3.12-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /srv/cinema

RUN python -m venv .venv
COPY requirements.txt ./
RUN .venv/bin/pip install --require-hashes -r requirements.txt

COPY . .
# The settings ask for a key and a database; neither is used or kept here.
RUN .venv/bin/python tools/compile_translations.py \
    && SECRET_KEY=build DATABASE_URL=sqlite:///:memory: .venv/bin/python manage.py collectstatic --no-input \
    && .venv/bin/python -m compileall -q -x '/\.venv/' .


FROM python:3.12-slim-bookworm

# busybox-static has crond. Debian's security updates must come in, so no version is pinned.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends busybox-static tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 cinema \
    && useradd --uid 10001 --gid cinema --home-dir /srv/cinema --no-create-home --shell /bin/sh cinema

ENV PATH=/srv/cinema/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CRON_LOG=/srv/cinema/var/log/cron.log \
    PORT=8000 \
    WEB_CONCURRENCY=4
WORKDIR /srv/cinema

# The code belongs to root: whoever gets into the site cannot change it.
COPY --from=build /srv/cinema ./
RUN chmod 0755 var && install -d -m 0700 -o cinema -g cinema var/mail var/reports var/pictures var/log var/crontabs \
    && install -d /var/spool/cron/crontabs \
    && install -m 0755 deploy/container/crontab /usr/bin/crontab

USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["python", "deploy/healthcheck.py"]
# gunicorn listens on $PORT with $WEB_CONCURRENCY workers. No access log: addresses of orders are secrets.
CMD ["gunicorn", "cinema.wsgi", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
