namespace BizQ.Web.Agents.Editing;

/// <summary>What a new agent starts from: small, valid, and doing something useful at once.</summary>
public static class StartingPoint
{
    public const string Text =
        """
        {
          "format": 1,
          "name": "New agent",
          "purpose": "Answers mail from what the business knows. A person approves every answer.",
          "triggers": [
            { "id": "mail", "kind": "mail" }
          ],
          "permissions": {
            "tools": ["mail.send"],
            "recipients": ["sender"],
            "context": ["*"]
          },
          "autonomy": "approve",
          "nodes": [
            { "id": "start", "kind": "trigger", "title": "A mail comes in" },
            {
              "id": "lookup",
              "kind": "context",
              "title": "What do we know?",
              "settings": {
                "search": "{{ trigger.mail.subject }} {{ trigger.mail.text }}",
                "limit": 5,
                "entities": [
                  { "as": "customer", "type": "customer", "where": { "email": "{{ trigger.mail.from.address }}" } }
                ]
              }
            },
            {
              "id": "answer",
              "kind": "model",
              "title": "Find the answer",
              "settings": { "task": "answer", "input": "{{ trigger.mail.text }}" }
            },
            {
              "id": "known",
              "kind": "branch",
              "title": "Do we know it?",
              "settings": {
                "cases": [{ "name": "yes", "when": "steps.answer.output.known" }],
                "otherwise": "no"
              }
            },
            {
              "id": "draft",
              "kind": "model",
              "title": "Write the mail",
              "settings": {
                "task": "draft",
                "template": "Hello {{ name }},\n\n{{ answer }}\n\nKind regards",
                "values": {
                  "name": "{{ steps.lookup.output.entities.customer.name || trigger.mail.from.name }}",
                  "answer": "{{ steps.answer.output.text.replace(/ ?\\[[0-9]+\\]/g, '') }}"
                }
              }
            },
            {
              "id": "send",
              "kind": "tool",
              "title": "Send it",
              "settings": {
                "tool": "mail.send",
                "arguments": {
                  "to": "{{ trigger.mail.from.address }}",
                  "subject": "Re: {{ trigger.mail.subject }}",
                  "text": "{{ steps.draft.output.text }}",
                  "inReplyTo": "{{ trigger.mail.messageId }}"
                }
              }
            },
            { "id": "sent", "kind": "output", "title": "Answered", "settings": { "value": "{{ steps.send.output.state }}" } },
            { "id": "left", "kind": "output", "title": "Left to a colleague", "settings": { "value": "Nothing that is known answers this." } }
          ],
          "edges": [
            { "from": "start", "to": "lookup" },
            { "from": "lookup", "to": "answer" },
            { "from": "answer", "to": "known" },
            { "from": "known", "to": "draft", "case": "yes" },
            { "from": "known", "to": "left", "case": "no" },
            { "from": "draft", "to": "send" },
            { "from": "send", "to": "sent" }
          ]
        }
        """;
}
