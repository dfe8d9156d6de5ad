namespace JkFleet.Server.Data;

/// <summary>The database itself refuses to change the activity log, whoever asks; run after every migration.</summary>
internal static class AppendOnly
{
  public const string Sqlite = """
    CREATE TRIGGER IF NOT EXISTS activities_not_changed BEFORE UPDATE ON "Activities" BEGIN SELECT RAISE(ABORT, 'The activity log is append-only.'); END;
    CREATE TRIGGER IF NOT EXISTS activities_not_deleted BEFORE DELETE ON "Activities" BEGIN SELECT RAISE(ABORT, 'The activity log is append-only.'); END;
    """;

  public const string PostgreSql = """
    CREATE OR REPLACE FUNCTION activities_append_only() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'The activity log is append-only.'; END $$ LANGUAGE plpgsql;
    DROP TRIGGER IF EXISTS activities_append_only ON "Activities";
    CREATE TRIGGER activities_append_only BEFORE UPDATE OR DELETE ON "Activities" FOR EACH ROW EXECUTE FUNCTION activities_append_only();
    """;
}
