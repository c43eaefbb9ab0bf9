/** The description of the API, made from the schemas in use. */
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import { ErrorReply } from "#api/contract";
import type { App } from "./app.ts";

type Json = { [key: string]: unknown };

/** The part of an OpenAPI document that is taken over into another. */
export interface RouteDescriptions {
  readonly paths: Json;
  readonly schemas: Json;
}

export interface ApiTitle {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** Of routes that another server answers behind this one, once they are known. */
  readonly passedOn?: () => RouteDescriptions | null;
}

/** Must come before the routes it is to describe. */
export async function installOpenApi(app: App, about: ApiTitle): Promise<void> {
  const { title, version, description } = about;
  const complete = (document: Json): Json => addPassedOn(nameSchemas(document), about.passedOn?.() ?? null);
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title, version, description, license: { name: "MIT", identifier: "MIT" } },
      servers: [{ url: "/", description: "this server" }],
      components: {
        securitySchemes: {
          token: { type: "http", scheme: "bearer", description: "what the file `api-token` of the data folder holds" },
        },
      },
    },
  });
  app.addHook("onRoute", (route) => {
    if (route.schema === undefined || route.schema.hide === true) return;
    route.schema.response ??= {};
    const response = route.schema.response as Json;
    response["4xx"] ??= { description: "refused; the message says why", ...ErrorReply };
    response["5xx"] ??= { description: "failed", ...ErrorReply };
    if (route.config?.token === true) route.schema.security = [{ token: [] }];
  });
  app.get("/v1/openapi.json", { schema: { hide: true } }, () => complete(app.swagger() as unknown as Json));
  await app.register(swaggerUi, {
    routePrefix: "/docs",
    uiConfig: { validatorUrl: null, docExpansion: "list" },
    theme: {
      title: `${title}: API`,
      css: [{ filename: "bare.css", content: ".swagger-ui .topbar { display: none }" }],
    },
    transformSpecification: (document) => complete(document as Json),
    transformSpecificationClone: true,
  });
}

/** Moves each schema with a title to `components/schemas` and leaves a reference, so that a type is described once. */
function nameSchemas(document: Json): Json {
  const schemas: Json = {};
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== "object" || value === null) return value;
    const { title, ...rest } = value as Json;
    const isSchema = typeof title === "string" && ("type" in rest || "anyOf" in rest || "allOf" in rest);
    const copy = Object.fromEntries(
      Object.entries(isSchema ? rest : (value as Json)).map(([key, one]) => [key, visit(one)]),
    );
    if (!isSchema) return copy;
    schemas[title] = copy;
    return { $ref: `#/components/schemas/${title}` };
  };
  const { paths, components, ...rest } = document;
  const named = visit(paths);
  return { ...rest, components: { ...(components as Json), schemas }, paths: named };
}

/** What is described here goes before what comes from behind. */
function addPassedOn(document: Json, passedOn: RouteDescriptions | null): Json {
  if (passedOn === null) return document;
  const { paths, components, ...rest } = document as Json & { paths: Json; components: Json & { schemas: Json } };
  return {
    ...rest,
    components: { ...components, schemas: { ...passedOn.schemas, ...components.schemas } },
    paths: { ...paths, ...passedOn.paths, ...paths },
  };
}
