#!/bin/sh
# After a change of the model: server/Data/add-migration.sh NAME makes the step for both databases.
# Needs once: dotnet tool install dotnet-ef --version '10.0.*' --tool-path /tmp/ef (or anywhere in PATH).
set -e
cd "$(dirname "$0")/.."
PATH="$PATH:/tmp/ef:/tmp/srv-tools"
dotnet build -v q --nologo
for provider in Sqlite PostgreSql; do
  dotnet-ef migrations add "$1" --context "${provider}FleetDb" --output-dir "Data/Migrations/$provider" --no-build
done
# Generated text begins with a byte order mark, which the rest of the house has not.
sed -i '1s/^\xEF\xBB\xBF//' Data/Migrations/*/*.cs
