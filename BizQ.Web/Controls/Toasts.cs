using MudBlazor;

namespace BizQ.Web.Controls;

/// <summary>Short words on what happened elsewhere, with a way back where there is one. Errors belong in place, not here.</summary>
public sealed class Toasts(ISnackbar snackbar)
{
    private const int ShownMs = 5000;

    // Undo is offered a little longer: people notice a slip late.
    private const int UndoShownMs = 8000;

    public void Say(string message) => snackbar.Add(message, Severity.Normal, options => options.VisibleStateDuration = ShownMs);

    public void Undo(string message, Func<Task> undo) => snackbar.Add(message, Severity.Normal, options =>
    {
        options.VisibleStateDuration = UndoShownMs;
        options.Action = "Undo";
        options.OnClick = _ => undo();
    });
}
