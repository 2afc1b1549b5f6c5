using System.Text.Json;
using BizQ.Core;
using BizQ.Core.Agents;
using BizQ.Core.Context;
using BizQ.Core.Validation;
using BizQ.Core.Validation.Checks;
using Microsoft.Extensions.DependencyInjection;
using NJsonSchema;

namespace BizQ.Tests.Validation;

public sealed class CheckTests
{
    private static readonly RecipientCheck Recipient = new();
    private static readonly PersonalDataCheck Personal = new();
    private static readonly NeedsCheck Needs = new();

    [Theory]
    [InlineData("emma.berg@customers.example", "sender", null)]
    [InlineData("EMMA.BERG@customers.example", "sender", null)]
    [InlineData("emma.berg@customers.example", "customers", null)]
    [InlineData("ann@partner.example", "@partner.example", null)]
    [InlineData("ann@partner.example", "ann@partner.example", null)]
    [InlineData("ann@partner.example", "sender", "recipientNotAllowed")]
    [InlineData("ann@partner.example.evil.example", "@partner.example", "recipientNotAllowed")]
    [InlineData("ann@evilpartner.example", "@partner.example", "recipientNotAllowed")]
    [InlineData("support@summit.example", "@summit.example", "ownAddress")]
    [InlineData("emma.berg@customers.example\r\nBcc: all@list.example", "sender", "headerInjection")]
    [InlineData("nobody", "sender", "notAnAddress")]
    [InlineData("Emma <emma.berg@customers.example>", "sender", "notAnAddress")]
    [InlineData("", "sender", "noRecipient")]
    [InlineData("emma.berg@customers.example, emma.berg@customers.example", "sender", "severalRecipients")]
    public void A_message_goes_only_to_whom_the_agent_may_write(string to, string allowed, string? reason)
    {
        var input = Shop.Draft("Hello", to) with { Agent = Shop.Agent with { Permissions = new PermissionsDefinition { Tools = ["mail.send"], Recipients = [allowed] } } };
        Assert.Equal(reason is null ? [] : [reason], Shop.Reasons(Recipient, input));
    }

    [Fact]
    public void One_forbidden_address_among_several_blocks_the_whole_message() =>
        Assert.Contains(Shop.Look(Recipient, Shop.Draft("Hello", $"{Shop.Emma}; all@list.example")), finding => finding.Verdict == Verdict.Block);

    [Fact]
    public void A_line_break_in_the_subject_is_an_injected_header() =>
        Assert.Equal(["headerInjection"], Shop.Reasons(Recipient, Shop.Draft("Hello", subject: "Re: x\nBcc: all@list.example")));

    [Theory]
    [InlineData("10.00", "EUR", "50.00", "EUR", null, Verdict.Allow)]
    [InlineData("50.00", "EUR", "50.00", "EUR", null, Verdict.Allow)]
    [InlineData("50.01", "EUR", "50.00", "EUR", "aboveLimit", Verdict.Block)]
    [InlineData("10.00", "USD", "50.00", "EUR", "otherCurrency", Verdict.Review)]
    [InlineData("-1.00", "EUR", "50.00", "EUR", "amountNotPositive", Verdict.Block)]
    [InlineData("10.00", "EUR", null, null, "noAmountAllowed", Verdict.Block)]
    public void Money_moves_only_within_the_limit(string amount, string currency, string? limit, string? limitCurrency, string? reason, Verdict verdict)
    {
        var input = Shop.Draft("Hello") with
        {
            Aim = new Aim("Emma", new Money(amount, currency)),
            Agent = Shop.Agent with { Limits = new LimitsDefinition { AmountPerEffect = limit is null ? null : new Money(limit, limitCurrency!) } },
        };
        var finding = Assert.Single(Shop.Look(new AmountCheck(), input));
        Assert.Equal((reason ?? "withinLimit", verdict), (finding.Reason, finding.Verdict));
    }

    [Fact]
    public void What_the_agent_needs_must_have_been_found_complete_and_fresh()
    {
        Assert.Equal([], Shop.Reasons(Needs, Needing(new NeedDefinition("order", ["status"], MaxAgeDays: 7))));
        Assert.Equal(["neededContextStale"], Shop.Reasons(Needs, Needing(new NeedDefinition("order", MaxAgeDays: 1))));
        Assert.Equal(["neededFieldMissing"], Shop.Reasons(Needs, Needing(new NeedDefinition("order", ["eta"]))));
        Assert.Equal(["neededContextMissing"], Shop.Reasons(Needs, Needing(new NeedDefinition("invoice"))));
        Assert.Equal(["neededContextNotFound"], Shop.Reasons(Needs, Needing(new NeedDefinition("invoice")) with { TypesAtHand = new HashSet<string> { "invoice" } }));
        Assert.Equal([], Shop.Reasons(Needs, Needing(new NeedDefinition("invoice", Required: false))));
        Assert.Equal([], Shop.Reasons(Needs, Needing(new NeedDefinition("document"))));
    }

    [Fact]
    public void What_another_source_contradicts_is_for_a_person_and_what_is_only_old_is_not()
    {
        var draft = Shop.Draft("Hello");
        CheckInput With(NeedState state) => draft with { Evidence = [.. draft.Evidence.Select(e => e with { Doubts = [new Doubt("status", state)] })] };
        Assert.Equal([], Shop.Reasons(new DisputedCheck(), draft));
        Assert.Equal([], Shop.Reasons(new DisputedCheck(), With(NeedState.Stale)));
        Assert.Equal(["sourcesDisagree"], Shop.Reasons(new DisputedCheck(), With(NeedState.Disputed)));
    }

    [Theory]
    [InlineData(Autonomy.Approve, false, "approvalRequired")]
    [InlineData(Autonomy.Automatic, true, "readUntrustedText")]
    [InlineData(Autonomy.Automatic, false, null)]
    public void Who_may_act_alone_is_the_agents_autonomy_and_what_it_read(Autonomy autonomy, bool tainted, string? reason) =>
        Assert.Equal(reason is null ? [] : [reason], Shop.Reasons(new AutonomyCheck(), Shop.Draft("Hello") with { Agent = Shop.Agent with { Autonomy = autonomy }, Tainted = tainted }));

    [Fact]
    public void A_tool_that_is_not_listed_is_blocked() =>
        Assert.Equal(["toolNotPermitted"], Shop.Reasons(new PermittedCheck(), Shop.Draft("Hello") with { Agent = Shop.Agent with { Permissions = new PermissionsDefinition() } }));

    [Fact]
    public async Task Arguments_that_do_not_fit_the_operation_are_blocked_in_words()
    {
        var input = Shop.Draft("Hello") with { Schema = await JsonSchema.FromJsonAsync(Shop.Send.Arguments.GetRawText(), TestContext.Current.CancellationToken) };
        Assert.Equal([], Shop.Reasons(new SchemaCheck(), input));
        var findings = Shop.Look(new SchemaCheck(), input with { Arguments = JsonElement.Parse("""{"to":"a@b.example","subject":5}""") });
        Assert.Equal(["'subject' must be text.", "'text' is missing."], findings.Select(f => f.Message).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Another_customers_order_and_name_are_blocked()
    {
        var findings = Shop.Look(Personal, WithJonas("Jonas Weiss has ordered the same: order OG-1043 goes to Lindenweg 12. Write to jonas@weiss.example."));
        Assert.Equal(["Jonas Weiss", "Lindenweg 12", "OG-1043", "jonas@weiss.example"], findings.Where(f => f.Verdict == Verdict.Block).Select(f => f.Quote!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_another_customer_bought_is_not_personal_by_itself() =>
        Assert.Equal([], Shop.Reasons(Personal, WithJonas("We also have the Trail bottle and the Ridgeline 45 backpack.")));

    [Fact]
    public void An_order_the_sender_names_but_that_is_kept_under_another_address_is_for_a_person_to_tell()
    {
        const string Asked = "Where is my order OG-1043?";
        Assert.Equal([], Shop.Reasons(Personal, WithJonas("Your order OG-1043 is on its way.", asked: Asked)));
        var finding = Assert.Single(Shop.Look(Personal, WithJonas("Your order OG-1043 goes to Lindenweg 12.", asked: Asked)));
        Assert.Equal(("perhapsOthersData", Verdict.Review), (finding.Reason, finding.Verdict));
    }

    [Fact]
    public void The_same_words_to_their_owner_are_fine() =>
        Assert.Equal([], Shop.Reasons(Personal, WithJonas("Order OG-1043 goes to Lindenweg 12, Jonas Weiss.", to: "jonas@weiss.example")));

    [Fact]
    public void Every_check_is_found_and_has_a_name_of_its_own()
    {
        var checks = new ServiceCollection().AddValidation().Where(service => service.ServiceType == typeof(ICheck)).ToList();
        Assert.Equal(9, checks.Count);
        var made = checks.Select(service => (ICheck)Activator.CreateInstance(service.ImplementationType!)!).ToList();
        Assert.Equal(made.Count, made.Select(check => check.Name).Distinct().Count());
        Assert.All(made, check => Assert.NotEmpty(check.Summary));
    }

    [Fact]
    public void Only_the_customers_claim_is_said_to_be_one() =>
        Assert.Equal("'250 EUR' is only what the customer wrote; nothing the business knows confirms it.",
            Shop.Look(new GroundedCheck(), Shop.Draft("You paid 250 EUR.")).Single().Message);

    [Fact]
    public void A_subject_that_answers_theirs_claims_nothing_and_a_new_one_does()
    {
        var asked = Shop.Draft("Hello", subject: "RE: AW: Order 4711") with { CameIn = new CameIn(Shop.Emma, null, "Order 4711", "", null) };
        Assert.Equal([], Shop.Reasons(new GroundedCheck(), asked));
        Assert.Equal(["figureNotInEvidence"], Shop.Reasons(new GroundedCheck(), Shop.Draft("Hello", subject: "Order 4711")));
    }

    [Fact]
    public void A_policy_that_refuses_contradicts_the_promise() =>
        Assert.Equal(["promiseContradicted"], Shop.Reasons(new GroundedCheck(), Shop.Draft("We will refund you.", evidence: [Shop.Passage("Sale", "Sale items are not refunded.")])));

    private static CheckInput Needing(NeedDefinition need) => Shop.Draft("Hello") with { Agent = Shop.Agent with { Needs = [need] } };

    private static CheckInput WithJonas(string text, string to = Shop.Emma, string asked = Shop.Asked) => Shop.Draft(text, to, asked: asked) with
    {
        Named =
        [
            Known("customer", "Jonas Weiss", "jonas@weiss.example", """{"name":"Jonas Weiss","email":"jonas@weiss.example","number":"C-18","address":{"street":"Lindenweg 12"}}"""),
            Known("order", "OG-1043", "OG-1043", """{"number":"OG-1043","customer":"C-18","address":"Lindenweg 12","items":[{"name":"Trail bottle"}]}"""),
        ],
    };

    private static Entity Known(string type, string name, string key, string data) => new()
    {
        Id = Guid.Empty,
        WorkspaceId = Guid.Empty,
        Type = type,
        Name = name,
        Key = key,
        Data = JsonElement.Parse(data),
        CreatedAt = Shop.Now,
        UpdatedAt = Shop.Now,
    };
}
