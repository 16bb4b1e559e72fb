# One image for everything of ours: the router, the model servers, the training job, traffic, trigger and health report.
# Which of them runs is the command: `docker run alert-router src/model-server/main.ts iris`; without one, the router.

# Pinned by version. To pin the very bytes, put what `docker buildx imagetools inspect node:26.10.0-bookworm-slim` prints
# as "Digest" behind it: node:26.10.0-bookworm-slim@sha256:…
FROM node:26.10.0-bookworm-slim AS node

FROM node AS packages
# Made here, because the image below runs no command: owned by whom it runs as, and so is a volume that is laid over it.
WORKDIR /data
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Without what only development needs, without Node (the optional dependencies; the base has it), and without running any
# script of a package: better-sqlite3 ships its binary for glibc and musl, x64 and arm64.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node
LABEL org.opencontainers.image.title="alert-router" \
      org.opencontainers.image.description="A durable, explainable, team-owned router between Prometheus Alertmanager and people" \
      org.opencontainers.image.licenses="Apache-2.0"

# A number of its own: nobody on the host has it by chance, and Kubernetes can tell that it is not root.
COPY --from=packages --chown=10001:10001 /data /data
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json ./
COPY migrations migrations
# TypeScript as it is: Node leaves out the types when it loads a file.
COPY src src

# Nothing but /data is written, so the root may be read-only. SQLite sorts there what does not fit into memory. Who listens
# beyond loopback, as everything in a container has to, needs INGEST_TOKEN, READ_TOKEN and ADMIN_TOKEN.
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    DATABASE_URL=file:/data/alert-router.db \
    SQLITE_TMPDIR=/data \
    TEAMS_DIR=/etc/alert-router/teams \
    SECRETS_DIR=/run/secrets

USER 10001:10001
EXPOSE 8080
# Finishes what is under way within 10 s: give it that time (`docker stop --time 15`).
STOPSIGNAL SIGTERM
# Of the router; what else is run here asks another address, or none.
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/readyz').then(({ ok }) => process.exit(ok ? 0 : 1))"]
# No shell in between: Node is the first process and gets the signals.
ENTRYPOINT ["node"]
CMD ["src/main.ts"]
