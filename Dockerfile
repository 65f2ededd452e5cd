# The API and the commands, without a Neo4j of their own: the base install, as a user without rights.
FROM python:3.11-slim AS packages
COPY requirements-base.lock .
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements-base.lock

FROM python:3.11-slim
# Its home holds keys: nobody else may enter. A volume that is mounted there for the first time takes its rights over.
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin innercircle \
 && install --directory --owner=innercircle --mode=700 /var/lib/innercircle
COPY --from=packages /opt/venv /opt/venv
# Not installed as a package: that would need the build backend, which the base lock does not have.
WORKDIR /app
COPY LICENSE pyproject.toml ./
COPY graph graph
COPY api api
COPY cypher cypher
ENV PATH="/opt/venv/bin:$PATH" \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MPLCONFIGDIR=/tmp/matplotlib
USER innercircle
ENTRYPOINT ["python", "-m", "graph.cli"]
CMD ["serve"]
