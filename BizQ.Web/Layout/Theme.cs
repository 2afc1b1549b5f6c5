using System.Globalization;
using MudBlazor;

namespace BizQ.Web.Layout;

/// <summary>
/// The one place where the look is decided. Both colour schemes are written into every page's head; the attribute
/// <c>data-theme</c> on <c>html</c>, set by theme.js before the first paint, picks one, so switching needs no server and
/// nothing flashes. Style sheets use the variables only.
/// </summary>
public static class Theme
{
    /// <summary>The colours of one scheme, by the names of their CSS variables.</summary>
    private sealed record Colours(
        string Page, string Surface, string Raised, string Hover, string Line, string LineStrong, string Text, string Muted,
        string Accent, string OnAccent, string Good, string Warn, string Bad, string OnStatus);

    private static readonly Colours Light = new(
        Page: "#F7F8FA", Surface: "#FFFFFF", Raised: "#FFFFFF", Hover: "#F1F3F7", Line: "#E4E7EC", LineStrong: "#C9CFD9",
        Text: "#101828", Muted: "#5F6B80", Accent: "#3B5BDB", OnAccent: "#FFFFFF",
        Good: "#0B7A53", Warn: "#8A5C00", Bad: "#C4281C", OnStatus: "#FFFFFF");

    private static readonly Colours Dark = new(
        Page: "#0B0F17", Surface: "#121826", Raised: "#182033", Hover: "#1A2235", Line: "#263043", LineStrong: "#3A465E",
        Text: "#E6EAF2", Muted: "#98A2B3", Accent: "#8EA2FF", OnAccent: "#0B0F17",
        Good: "#4CC793", Warn: "#E5B454", Bad: "#FF8A7A", OnStatus: "#0B0F17");

    private const string DarkScope = ":root[data-theme=dark]";

    private static readonly string[] Sans = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Ubuntu", "Cantarell", "Noto Sans", "sans-serif"];

    /// <summary>For MudThemeProvider in its light mode.</summary>
    public static readonly MudTheme MudLight = Mud(":root");

    /// <summary>For a second MudThemeProvider in its dark mode, active under the attribute.</summary>
    public static readonly MudTheme MudDark = Mud(DarkScope);

    /// <summary>The variables as a style sheet.</summary>
    public static readonly string Variables = $":root{{color-scheme:light;{Css(Light)}}}{DarkScope}{{color-scheme:dark;{Css(Dark)}}}";

    private static string Css(Colours c) => string.Create(CultureInfo.InvariantCulture,
        $"--page:{c.Page};--surface:{c.Surface};--raised:{c.Raised};--hover:{c.Hover};--line:{c.Line};--line-strong:{c.LineStrong};--text:{c.Text};--muted:{c.Muted};--accent:{c.Accent};--on-accent:{c.OnAccent};--good:{c.Good};--warn:{c.Warn};--bad:{c.Bad};--on-status:{c.OnStatus};");

    private static MudTheme Mud(string scope) => new()
    {
        PaletteLight = Fill(new PaletteLight(), Light),
        PaletteDark = Fill(new PaletteDark(), Dark),
        PseudoCss = new PseudoCss { Scope = scope },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px", AppbarHeight = "48px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Sans, FontSize = "0.875rem", LineHeight = "1.5", LetterSpacing = "normal" },
            H1 = new H1Typography { FontFamily = Sans, FontSize = "1.25rem", FontWeight = "600", LineHeight = "1.4", LetterSpacing = "-0.01em" },
            H2 = new H2Typography { FontFamily = Sans, FontSize = "1rem", FontWeight = "600", LineHeight = "1.5", LetterSpacing = "normal" },
            H3 = new H3Typography { FontFamily = Sans, FontSize = "0.875rem", FontWeight = "600", LineHeight = "1.5", LetterSpacing = "normal" },
            H4 = new H4Typography { FontFamily = Sans, FontSize = "0.875rem", FontWeight = "600", LineHeight = "1.5", LetterSpacing = "normal" },
            H5 = new H5Typography { FontFamily = Sans, FontSize = "0.875rem", FontWeight = "600", LineHeight = "1.5", LetterSpacing = "normal" },
            H6 = new H6Typography { FontFamily = Sans, FontSize = "1rem", FontWeight = "600", LineHeight = "1.5", LetterSpacing = "normal" },
            Subtitle1 = new Subtitle1Typography { FontFamily = Sans, FontSize = "0.875rem", LineHeight = "1.5", LetterSpacing = "normal" },
            Subtitle2 = new Subtitle2Typography { FontFamily = Sans, FontSize = "0.8125rem", FontWeight = "600", LineHeight = "1.5", LetterSpacing = "normal" },
            Body1 = new Body1Typography { FontFamily = Sans, FontSize = "0.875rem", LineHeight = "1.5", LetterSpacing = "normal" },
            Body2 = new Body2Typography { FontFamily = Sans, FontSize = "0.8125rem", LineHeight = "1.5", LetterSpacing = "normal" },
            Button = new ButtonTypography { FontFamily = Sans, FontSize = "0.8125rem", FontWeight = "500", LineHeight = "1.5", LetterSpacing = "normal", TextTransform = "none" },
            Caption = new CaptionTypography { FontFamily = Sans, FontSize = "0.75rem", LineHeight = "1.4", LetterSpacing = "normal" },
            Overline = new OverlineTypography { FontFamily = Sans, FontSize = "0.75rem", FontWeight = "600", LineHeight = "1.5", LetterSpacing = "normal", TextTransform = "none" },
        },
    };

    private static T Fill<T>(T palette, Colours c) where T : Palette
    {
        palette.Primary = palette.Info = palette.Tertiary = c.Accent;
        palette.PrimaryContrastText = palette.InfoContrastText = palette.TertiaryContrastText = c.OnAccent;
        palette.Secondary = c.Muted;
        palette.SecondaryContrastText = c.Surface;
        (palette.Success, palette.Warning, palette.Error) = (c.Good, c.Warn, c.Bad);
        palette.SuccessContrastText = palette.WarningContrastText = palette.ErrorContrastText = c.OnStatus;
        (palette.Dark, palette.DarkContrastText) = (c.Text, c.Page);
        (palette.TextPrimary, palette.TextSecondary, palette.TextDisabled) = (c.Text, c.Muted, c.Muted);
        (palette.Background, palette.BackgroundGray, palette.Surface) = (c.Page, c.Hover, c.Surface);
        (palette.DrawerBackground, palette.DrawerText, palette.DrawerIcon) = (c.Surface, c.Text, c.Muted);
        (palette.AppbarBackground, palette.AppbarText) = (c.Surface, c.Text);
        (palette.ActionDefault, palette.ActionDisabled, palette.ActionDisabledBackground) = (c.Muted, c.Muted, c.Hover);
        palette.LinesDefault = palette.TableLines = palette.Divider = palette.DividerLight = c.Line;
        palette.LinesInputs = c.LineStrong;
        (palette.TableHover, palette.TableStriped, palette.Skeleton) = (c.Hover, c.Hover, c.Line);
        (palette.HoverOpacity, palette.RippleOpacity) = (0.06, 0.08);
        return palette;
    }
}
