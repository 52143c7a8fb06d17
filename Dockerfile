# podspan's image: Node, the libraries it is linked with, and the bundle. No shell, no package manager, nothing else.
ARG NODE_IMAGE=docker.io/library/node:26-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
# What .dockerignore lets through.
COPY . ./
# The root of the image in two parts. Libraries where ldd finds them, whatever system the build stage is of; rights that do not
# depend on the checkout's, and let nobody but root write: any other user may have root's group.
RUN npm run build && rm -r dist/types && \
    mkdir -p /rootfs/usr/local/bin && \
    cp -L "$(command -v node)" /rootfs/usr/local/bin/node && \
    ldd /rootfs/usr/local/bin/node | grep -o '/[^ ]*' | xargs -I{} cp -L --parents {} /rootfs && \
    ln -s /podspan/main.js /rootfs/usr/local/bin/podspan && \
    sed -i '1s|.*|#!/usr/local/bin/node|' dist/main.js && \
    node image-sbom.ts dist/sbom.cdx.json /rootfs && \
    mv dist /podspan && cp package.json LICENSE /podspan && \
    chmod -R u=rwX,go=rX /rootfs /podspan

FROM scratch
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="podspan" \
      org.opencontainers.image.description="OpenTelemetry-native instrumentation sidecar for any HTTP service" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV PATH=/usr/local/bin NODE_ENV=production MALLOC_ARENA_MAX=2 PODSPAN_HEALTH_PORT=8086
# Two layers: Node changes seldom, podspan is small.
COPY --from=build /rootfs /
COPY --from=build /podspan /podspan
WORKDIR /podspan
# A number, because the kubelet cannot prove that a name is not root (runAsNonRoot).
USER 65532
EXPOSE 8080 8086
HEALTHCHECK --interval=10s --timeout=2s CMD ["podspan", "health"]
# Exec form: Node is process 1 and receives SIGTERM itself; no shell stands between.
# The heap bounds are the data thread's; with the observer's own it stays under 60 % of the 256 MiB the manifests grant. Young
# garbage in 4 MiB instead of 16 and two malloc arenas instead of eight a core cost no CPU that could be measured, and save 50 MB
# of resident memory under load (docs/performance.md).
ENTRYPOINT ["node", "--max-semi-space-size=4", "--max-old-space-size=96", "/podspan/main.js"]
