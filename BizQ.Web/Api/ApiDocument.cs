using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace BizQ.Web.Api;

/// <summary>The OpenAPI document: who may call, what each operation is called, and how a refusal looks.</summary>
internal static class ApiDocument
{
    private const string Key = "key";

    private const string About =
        """
        Everything BizQ does in the browser, for programs. Send an API key as `Authorization: Bearer bizq_…`; keys are made under Settings, Keys and API.

        Lists answer `{ "items": […], "next": cursor or null }`. Refusals are problem documents (RFC 9457) with a stable `code`, a sentence in `detail`, and `errors` with a JSON pointer each where several things are wrong. Times are ISO 8601 in UTC, money is `{ "amount": "12.50", "currency": "EUR" }`. `Idempotency-Key` makes starting work safe to repeat.
        """;

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = "BizQ", Version = "v1", Description = About };
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Key] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key: bizq_ and 43 signs." },
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var api = context.Description;
            operation.OperationId ??= IdOf(api.HttpMethod ?? "get", api.RelativePath ?? "");
            if (api.ActionDescriptor.EndpointMetadata is var about && about.OfType<IAuthorizeData>().Any() && !about.OfType<IAllowAnonymous>().Any())
                operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Key, context.Document)] = [] }];
            operation.Responses ??= [];
            operation.Responses.TryAdd("default", new OpenApiResponse
            {
                Description = "A refusal, as a problem document",
                Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new OpenApiMediaType { Schema = Problem() } },
            });
            return Task.CompletedTask;
        });
    }

    /// <summary>"POST api/v1/agents/{id}/runs" is called "postAgentsByIdRuns", and stays so: clients are generated from it.</summary>
    public static string IdOf(string method, string path)
    {
        var id = new StringBuilder(method.ToLowerInvariant());
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part is not ("api" or "v1")))
        {
            var word = part.Trim('{', '}').Split(':')[0];
            if (part[0] == '{')
                id.Append("By");
            foreach (var piece in word.Split('-', '.'))
                id.Append(char.ToUpperInvariant(piece[0])).Append(piece[1..]);
        }
        return id.ToString();
    }

    private static OpenApiSchema Problem() => new()
    {
        Type = JsonSchemaType.Object,
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text(),
            ["title"] = Text(),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["detail"] = Text(),
            ["code"] = Text(),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Properties = new Dictionary<string, IOpenApiSchema> { ["pointer"] = Text(), ["message"] = Text() },
                },
            },
        },
    };

    private static OpenApiSchema Text() => new() { Type = JsonSchemaType.String };
}
