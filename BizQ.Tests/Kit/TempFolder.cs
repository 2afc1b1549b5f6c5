namespace BizQ.Tests.Kit;

/// <summary>A folder of one test, gone when it is disposed.</summary>
public sealed class TempFolder : IDisposable
{
    /// <summary>Each time the last connection to a database closes, SQLite may write beside it once more.</summary>
    private const int Attempts = 5;

    public string Path { get; } = Directory.CreateTempSubdirectory("bizq-test-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        for (var attempt = 1; Directory.Exists(Path); attempt++)
        {
            try
            {
                Directory.Delete(Path, recursive: true);
            }
            catch (IOException) when (attempt < Attempts)
            {
                // Something was written into it while it was being emptied: once more.
            }
        }
    }
}
