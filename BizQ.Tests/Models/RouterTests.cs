using BizQ.Agents.Models;
using BizQ.Agents.Models.BuiltIn;

namespace BizQ.Tests.Models;

/// <summary>Which model is asked, what follows when it fails, and what is not paid twice.</summary>
public sealed class RouterTests
{
    [Fact]
    public async Task With_nothing_connected_the_built_in_model_works_and_says_what_it_cannot()
    {
        using var desk = new ModelDesk(null);

        var answer = await desk.Run(Tasks.Classify());
        var problem = await desk.Fails(Tasks.Free());

        Assert.Equal((ModelUse.BuiltIn, 0m), (answer.Use.Model, answer.Use.CostUsd));
        Assert.Equal("needsLargerModel", problem.Code);
    }

    [Fact]
    public async Task The_next_in_order_follows_when_the_first_fails()
    {
        await using var first = await ScriptedModel.Start();
        await using var second = await ScriptedModel.Start();
        first.Fails(401);
        second.Says("Here.");
        using var desk = new ModelDesk(null, [.. ModelDesk.Endpoint(first, "first"), .. ModelDesk.Endpoint(second, "second", 1)]);

        Assert.Equal("second/tiny", (await desk.Run(Tasks.Free())).Use.Model);
    }

    [Fact]
    public async Task An_endpoint_is_asked_only_for_what_it_is_for()
    {
        await using var model = await ScriptedModel.Start();
        model.Says("A text.");
        using var desk = ModelDesk.With(model, ("Tasks:0", "Draft"), ("Tasks:1", "free"));

        Assert.Equal(ModelUse.BuiltIn, (await desk.Run(Tasks.Classify())).Use.Model);
        Assert.Equal("scripted/tiny", (await desk.Run(Tasks.Free())).Use.Model);
        Assert.Equal(["built-in"], desk.Router.Order(ModelTaskKind.Classify));
        Assert.Equal(["scripted", "built-in"], desk.Router.Order(ModelTaskKind.Draft));
    }

    [Fact]
    public async Task An_agent_may_name_its_model()
    {
        await using var first = await ScriptedModel.Start();
        await using var second = await ScriptedModel.Start();
        second.Says("Here.");
        using var desk = new ModelDesk(null, [.. ModelDesk.Endpoint(first, "first"), .. ModelDesk.Endpoint(second, "second", 1)]);

        Assert.Equal("second/tiny", (await desk.Run(Tasks.Free() with { Model = "Second" })).Use.Model);
        Assert.Equal(ModelUse.BuiltIn, (await desk.Run(Tasks.Classify() with { Model = "built-in" })).Use.Model);
        Assert.Empty(first.Requests);
        var problem = await desk.Fails(Tasks.Free() with { Model = "third" });
        Assert.Equal("unknownModel", problem.Code);
        Assert.Contains("first, second", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_question_is_paid_once_and_never_shared_between_workspaces()
    {
        await using var model = await ScriptedModel.Start();
        model.Says("One.").Says("Two.").Says("Three.");
        using var desk = ModelDesk.With(model);

        var first = await desk.Run(Tasks.Free());
        var again = await desk.Run(Tasks.Free());
        var other = await desk.Run(Tasks.Free(workspace: new Guid("0199f3d0-0000-7000-8000-000000000002")));
        var changed = await desk.Run(Tasks.Free() with { Evidence = Tasks.Passages });

        Assert.Equal(["One.", "One.", "Two.", "Three."], new[] { first, again, other, changed }.Select(one => one.Output.GetProperty("text").GetString()));
        Assert.Equal((0, 0m), (again.Use.InputTokens, again.Use.CostUsd));
        Assert.Equal(3, model.Requests.Count);
    }

    [Fact]
    public async Task A_run_without_money_left_asks_nobody_who_wants_some()
    {
        await using var dear = await ScriptedModel.Start();
        await using var free = await ScriptedModel.Start();
        free.Says("For nothing.");
        using var desk = new ModelDesk(null, [.. ModelDesk.Endpoint(dear, "dear"), .. ModelDesk.Endpoint(free, "free", 1, ("InputPrice", "0"), ("OutputPrice", "0"))]);

        Assert.Equal("free/tiny", (await desk.Run(Tasks.Free() with { BudgetUsd = 0 })).Use.Model);
        Assert.Equal("budgetSpent", (await desk.Fails(Tasks.Free("Hello again") with { BudgetUsd = 0, Model = "dear" })).Code);
        Assert.Empty(dear.Requests);
    }

    [Fact]
    public async Task The_budget_is_looked_at_again_before_an_answer_is_asked_for_again()
    {
        await using var model = await ScriptedModel.Start();
        model.Says("No JSON.");
        using var desk = ModelDesk.With(model, ("OutputPrice", "10000"));

        // The first answer's 20 tokens cost 0.20 dollars; nothing is left for a second one.
        var problem = await desk.Fails(Tasks.Shaped() with { BudgetUsd = 0.1m });

        Assert.Equal("budgetSpent", problem.Code);
        Assert.Single(model.Requests);
    }

    [Fact]
    public void What_the_built_in_model_can_is_what_it_has_something_to_work_with_for()
    {
        Assert.True(BuiltInModel.Can(Tasks.Classify()));
        Assert.True(BuiltInModel.Can(Tasks.Draft("Dear {{ name }}", "{}")));
        Assert.False(BuiltInModel.Can(Tasks.Free()));
        Assert.False(BuiltInModel.Can(Tasks.Classify() with { Labels = [] }));
    }
}
