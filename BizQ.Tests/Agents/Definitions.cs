namespace BizQ.Tests.Agents;

internal static class Definitions
{
    /// <summary>Looks the writer and what was asked up, drafts an answer, and proposes to send it.</summary>
    public const string Desk = """
        {
          "format": 1, "name": "Desk", "purpose": "Answers questions about orders.", "autonomy": "approve",
          "triggers": [ { "id": "mail", "kind": "mail" } ],
          "permissions": { "tools": ["mail.send"], "recipients": ["sender"] },
          "nodes": [
            { "id": "start", "kind": "trigger" },
            { "id": "classify", "kind": "model", "settings": { "task": "classify", "input": "{{ trigger.mail.subject }} {{ trigger.mail.text }}", "labels": [
              { "name": "order", "examples": ["Where is my order?", "My parcel has not arrived", "When will order 1001 be delivered?"] },
              { "name": "other", "examples": ["Do you sell gift cards?", "I would like to work for you", "Your newsletter is nice"] } ] } },
            { "id": "lookup", "kind": "context", "settings": { "search": "{{ trigger.mail.text }}", "limit": 3,
              "entities": [ { "as": "customer", "type": "customer", "where": { "email": "{{ trigger.mail.from.address }}" } } ] } },
            { "id": "which", "kind": "branch", "settings": { "cases": [ { "name": "order", "when": "steps.classify.output.label === 'order'" } ], "otherwise": "other" } },
            { "id": "draft", "kind": "model", "settings": { "task": "draft", "template": "Hello {{ name }},\n\nthank you for your mail.", "values": { "name": "{{ steps.lookup.output.entities.customer.data.name }}" } } },
            { "id": "send", "kind": "tool", "settings": { "tool": "mail.send", "arguments": {
              "to": "{{ trigger.mail.from.address }}", "subject": "Re: {{ trigger.mail.subject }}", "text": "{{ steps.draft.output.text }}", "inReplyTo": "{{ trigger.mail.messageId }}" } } },
            { "id": "done", "kind": "output", "settings": { "value": "{{ steps.send.output.state }}" } },
            { "id": "left", "kind": "output", "settings": { "value": "left to a colleague" } }
          ],
          "edges": [
            { "from": "start", "to": "classify" }, { "from": "classify", "to": "lookup" }, { "from": "lookup", "to": "which" },
            { "from": "which", "to": "draft", "case": "order" }, { "from": "which", "to": "left", "case": "other" },
            { "from": "draft", "to": "send" }, { "from": "send", "to": "done" }
          ]
        }
        """;

    /// <summary>Says what it is given, louder. It asks nobody and is done at once.</summary>
    public const string Echo = """
        {
          "format": 1, "name": "Echo", "purpose": "Says what it is given, louder.",
          "nodes": [
            { "id": "start", "kind": "trigger" },
            { "id": "louder", "kind": "transform", "settings": { "set": { "said": "{{ (trigger.input.say || '').toUpperCase() }}" } } },
            { "id": "done", "kind": "output", "settings": { "value": "{{ steps.louder.output }}" } }
          ],
          "edges": [ { "from": "start", "to": "louder" }, { "from": "louder", "to": "done" } ]
        }
        """;

    /// <summary>A run's body that is what a mail would have brought.</summary>
    public const string Mail = """
        { "mail": { "messageId": "one@example.org", "from": { "address": "ada@example.org", "name": "Ada Winter" }, "to": "support@shop.example",
          "subject": "My order", "text": "Hello, where is my order? It has not arrived.", "receivedAt": "2026-11-23T08:00:00Z" } }
        """;
}
