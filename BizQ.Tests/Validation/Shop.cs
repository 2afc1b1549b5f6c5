using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Core.Validation;

namespace BizQ.Tests.Validation;

/// <summary>A small outdoor shop as evidence, and proposals to answer one of its customers.</summary>
internal static class Shop
{
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);

    public const string Emma = "emma.berg@customers.example";

    public const string Asked = "Hello, my order OG-1042 has not arrived. I paid 250 EUR for it and was promised a free replacement within 2 days. My number is +49 171 2345678. Emma Berg";

    public static readonly OperationDescription Send = new("mail.send", "Send mail", "Sends a mail.",
        JsonElement.Parse("""{"type":"object","required":["to","subject","text"],"properties":{"to":{"type":"string","minLength":3},"subject":{"type":"string"},"text":{"type":"string","minLength":1}},"additionalProperties":true}"""),
        Writes: true, Idempotent: true, UndoWay.Irreversible);

    public static readonly AgentDefinition Agent = new()
    {
        Name = "Support desk",
        Purpose = "Answers customers.",
        Permissions = new PermissionsDefinition { Tools = ["mail.send"] },
        Nodes = [new NodeDefinition("draft", "model", Settings: JsonElement.Parse("""{"task":"draft","template":"Hello {{ name }},\n{{ answer }}\nWe are here for you Monday to Friday from 9:00 to 17:00.\nYour Summit team"}"""))],
    };

    public static readonly IReadOnlyList<Evidence> Evidence =
    [
        Thing("customer", "Emma Berg", """{"name":"Emma Berg","email":"emma.berg@customers.example","customerNumber":"C-17","phone":"+49 171 2345678","address":{"street":"Hauptstraße 5","postcode":"10115","city":"Berlin"}}"""),
        Thing("order", "OG-1042", """{"number":"OG-1042","customer":"C-17","orderedAt":"2026-11-12","shippedAt":"2026-11-14T09:30:00Z","status":"shipped","carrier":"DHL","tracking":"JJD0003478912","total":{"amount":"189.90","currency":"EUR"},"items":[{"name":"Ridgeline 45 backpack","quantity":1,"price":129.95},{"name":"Trail bottle","quantity":2,"price":29.975}]}"""),
        Thing("product", "Ridgeline 45 backpack", """{"name":"Ridgeline 45 backpack","sku":"RL-45","price":129.95,"currency":"EUR","weightKg":1.4,"volumeLitres":45,"warrantyMonths":24,"discountPercent":15,"manual":"https://summit.example/manuals/rl-45"}"""),
        Passage("Returns", "You can return unused items within 30 days of delivery for a full refund. Return shipping is free within Germany. Sale items are not refunded."),
        Passage("Shipping", "Standard delivery takes 3–5 business days and costs 4.90 EUR. Orders over 75 EUR have free shipping. Express delivery takes 1 business day and costs 14,90 €. We ship to Austria and Switzerland (CHF 19.50, 7 days)."),
        Passage("Warranty", "If an item fails within the warranty, we repair it or send a replacement free of charge. Refunds are paid within 14 days. Parcels to you are handed over at the latest on 27 November 2026."),
    ];

    public static Evidence Thing(string type, string name, string data, DateTimeOffset? seen = null, Guid? id = null) =>
        new("entity", id ?? new Guid(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(type + name)).AsSpan(0, 16)), type, name, "the shop", seen ?? Now.AddDays(-2), 1, EntityText.Of(JsonElement.Parse(data)), JsonElement.Parse(data));

    public static Evidence Passage(string title, string text) => new("passage", null, "document", title, "policies.md", Now.AddDays(-40), 1, text);

    public static Evidence Input(string text = Asked) => new("input", null, "message", "Where is my order?", Emma, Now, 0, text);

    public static CheckInput Draft(string text, string to = Emma, string? subject = "Re: Where is my order?", IReadOnlyList<Evidence>? evidence = null, string asked = Asked) => new()
    {
        Operation = Send,
        Arguments = Json.Element(new { to, subject, text }),
        Aim = new Aim(to, null),
        Agent = Agent,
        BusinessName = "Summit",
        BusinessAddress = "support@summit.example",
        Tainted = true,
        CameIn = new CameIn(Emma, "Emma Berg", "Where is my order?", asked, Now),
        Evidence = [Input(asked), .. evidence ?? Evidence, Wording.Of(Agent, Now)!],
        Now = Now,
    };

    public static IReadOnlyList<Finding> Look(ICheck check, CheckInput input) => [.. check.Look(input)];

    /// <summary>The names of all findings that are not fine.</summary>
    public static IReadOnlyList<string> Reasons(ICheck check, CheckInput input) =>
        [.. check.Look(input).Where(f => f.Verdict != Verdict.Allow).Select(f => f.Reason).Distinct().Order(StringComparer.Ordinal)];
}
