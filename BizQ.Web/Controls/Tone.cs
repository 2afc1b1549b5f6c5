namespace BizQ.Web.Controls;

/// <summary>What a status means; every tone also has a shape, so that colour is never alone.</summary>
public enum Tone { Neutral, Accent, Good, Warn, Bad }
