# The program in an image of its own: one file, no shell, no packages. It keeps
# everything in /data and reads secrets from the folder that SECRETS_DIR names.
# docs/operations.md says how to run it; internal/deploytest does, without Docker.
#
#   docker build --build-arg VERSION=0.1.0 -t studyhall .

FROM --platform=$BUILDPLATFORM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download && go mod verify
COPY . .
ARG VERSION=development
ARG TARGETOS
ARG TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false -ldflags "-s -w -X main.release=$VERSION" -o /image/studyhall ./cmd/studyhall
RUN mkdir /image/data /image/tmp

FROM scratch
COPY --from=build /image/studyhall /studyhall
COPY --from=build --chown=65532:65532 /image/data /data
COPY --from=build --chown=65532:65532 /image/tmp /tmp
COPY LICENSE /LICENSE
ENV HTTP_ADDR=0.0.0.0:8080
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["/studyhall", "healthcheck"]
ENTRYPOINT ["/studyhall"]
CMD ["serve"]
