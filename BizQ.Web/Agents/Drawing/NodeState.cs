using BizQ.Web.Controls;

namespace BizQ.Web.Agents.Drawing;

/// <summary>How the step of a node stands in a run.</summary>
public sealed record NodeState(string Text, Tone Tone);
