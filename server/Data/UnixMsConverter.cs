using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace JkFleet.Server.Data;

/// <summary>Times as ms since 1970 UTC in both databases: sortable, comparable, and SQLite has no type that is both.</summary>
public sealed class UnixMsConverter() : ValueConverter<DateTimeOffset, long>(
  time => time.ToUnixTimeMilliseconds(),
  ms => DateTimeOffset.FromUnixTimeMilliseconds(ms));
