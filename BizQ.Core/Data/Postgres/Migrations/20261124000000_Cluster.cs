using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace BizQ.Core.Data.Postgres.Migrations;

/// <summary>
/// Where the nodes of a cluster find each other: one row per life of a node, and a version that counts every change of them up. Orleans
/// reads the queries it asks from a table of this name; the version decides between nodes that write at the same moment.
/// </summary>
[DbContext(typeof(PostgresBizQDb))]
[Migration("20261124000000_Cluster")]
public sealed class Cluster : Migration
{
    private const string This = "cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation";

    // An insert and an update count the version up first, and do nothing when another node was faster.
    private const string Turn = "WITH turn AS (UPDATE cluster_versions SET version = version + 1, changed_at = now() WHERE cluster_id = @DeploymentId AND version = @Version RETURNING version)";

    private const string Columns =
        "n.address AS \"Address\", n.port AS \"Port\", n.generation AS \"Generation\", n.name AS \"SiloName\", n.host AS \"HostName\", n.status AS \"Status\", "
        + "n.proxy_port AS \"ProxyPort\", n.suspicions AS \"SuspectTimes\", n.started_at AS \"StartTime\", n.alive_at AS \"IAmAliveTime\", v.version AS \"Version\"";

    private static readonly (string Key, string Text)[] Queries =
    [
        ("InsertMembershipVersionKey",
            "WITH made AS (INSERT INTO cluster_versions (cluster_id) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1) SELECT count(*)::int FROM made"),
        ("InsertMembershipKey",
            $"{Turn}, made AS (INSERT INTO cluster_nodes (cluster_id, address, port, generation, name, host, status, proxy_port, started_at, alive_at) "
            + "SELECT @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM turn RETURNING 1) SELECT count(*)::int FROM made"),
        ("UpdateMembershipKey",
            $"{Turn}, made AS (UPDATE cluster_nodes SET status = @Status, suspicions = @SuspectTimes, alive_at = greatest(alive_at, @IAmAliveTime) FROM turn WHERE {This} RETURNING 1) SELECT count(*)::int FROM made"),
        ("UpdateIAmAlivetimeKey", $"UPDATE cluster_nodes SET alive_at = greatest(alive_at, @IAmAliveTime) WHERE {This}"),
        ("MembershipReadRowKey",
            $"SELECT {Columns} FROM cluster_versions v LEFT JOIN cluster_nodes n ON n.cluster_id = v.cluster_id AND n.address = @Address AND n.port = @Port AND n.generation = @Generation WHERE v.cluster_id = @DeploymentId"),
        ("MembershipReadAllKey", $"SELECT {Columns} FROM cluster_versions v LEFT JOIN cluster_nodes n ON n.cluster_id = v.cluster_id WHERE v.cluster_id = @DeploymentId"),
        ("DeleteMembershipTableEntriesKey",
            "WITH gone AS (DELETE FROM cluster_nodes WHERE cluster_id = @DeploymentId) DELETE FROM cluster_versions WHERE cluster_id = @DeploymentId"),
        ("CleanupDefunctSiloEntriesKey",
            $"DELETE FROM cluster_nodes WHERE cluster_id = @DeploymentId AND status = {Dead} AND alive_at < @IAmAliveTime AND started_at < @IAmAliveTime"),
        ("CleanupDefunctSiloEntryKey",
            $"DELETE FROM cluster_nodes WHERE {This} AND status = {Dead} AND alive_at = @IAmAliveTime AND started_at = @StartTime AND coalesce(suspicions, '') = coalesce(@SuspectTimes, '')"),
        ("GatewaysQueryKey",
            "SELECT address AS \"Address\", proxy_port AS \"ProxyPort\", generation AS \"Generation\" FROM cluster_nodes WHERE cluster_id = @DeploymentId AND status = @Status AND proxy_port > 0"),
    ];

    // Orleans' number for it.
    private const string Dead = "6";

    protected override void Up(MigrationBuilder migrationBuilder)
    {
        ArgumentNullException.ThrowIfNull(migrationBuilder);
        migrationBuilder.Sql(
            """
            CREATE TABLE cluster_versions (
              cluster_id text PRIMARY KEY,
              version integer NOT NULL DEFAULT 0,
              changed_at timestamptz(3) NOT NULL DEFAULT now());
            CREATE TABLE cluster_nodes (
              cluster_id text NOT NULL REFERENCES cluster_versions,
              address text NOT NULL,
              port integer NOT NULL,
              generation integer NOT NULL,
              name text NOT NULL,
              host text NOT NULL,
              status integer NOT NULL,
              proxy_port integer NOT NULL,
              suspicions text,
              started_at timestamptz(3) NOT NULL,
              alive_at timestamptz(3) NOT NULL,
              PRIMARY KEY (cluster_id, address, port, generation));
            CREATE TABLE orleansquery (querykey text PRIMARY KEY, querytext text NOT NULL);
            """);
        foreach (var (key, text) in Queries)
            migrationBuilder.Sql($"INSERT INTO orleansquery VALUES ('{key}', '{text.Replace("'", "''", StringComparison.Ordinal)}');");
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        ArgumentNullException.ThrowIfNull(migrationBuilder);
        migrationBuilder.Sql("DROP TABLE orleansquery; DROP TABLE cluster_nodes; DROP TABLE cluster_versions;");
    }
}
