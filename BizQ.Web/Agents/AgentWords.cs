using BizQ.Core.Agents;
using BizQ.Web.Controls;

namespace BizQ.Web.Agents;

/// <summary>The states of agents in words and tones.</summary>
public static class AgentWords
{
    public static (string Text, Tone Tone) Of(AgentStatus status) => status switch
    {
        AgentStatus.Active => ("Active", Tone.Good),
        AgentStatus.Paused => ("Paused", Tone.Warn),
        _ => ("Retired", Tone.Neutral),
    };
}
