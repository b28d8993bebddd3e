FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json schema.graphql ./
COPY scripts/build-console.ts ./scripts/
COPY console ./console
COPY src ./src
RUN npm run build

FROM node:24-slim
# One arena: the allocator would keep what V8's own threads have freed apart from what others need.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 MALLOC_ARENA_MAX=1
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund && npm cache clean --force
COPY LICENSE ./
COPY bin ./bin
COPY --from=build /app/dist ./dist
# By number, so that an orchestrator can see that it is not root; it is `node` in this image.
USER 1000:1000
EXPOSE 4000
# Whether the process answers. `/ready` also asks whether the providers do, which a restart does not mend.
HEALTHCHECK --interval=10s --timeout=5s --start-period=15s --retries=3 CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# As `npm start` does, without npm or a shell between.
CMD ["node", "--min-semi-space-size=16", "--max-semi-space-size=16", "--no-concurrent-recompilation", "bin/dirgraph.js"]
