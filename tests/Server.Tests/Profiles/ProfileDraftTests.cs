// What a person types into the editor of a profile, and what becomes of it when somebody else was faster.
using JkFleet.Limits;
using JkFleet.Server.Profiles;
using Xunit;

namespace JkFleet.Server.Tests.Profiles;

public sealed class ProfileDraftTests
{
  private const RampSource Soc = RampSource.SocPermille;

  [Fact]
  public void Text_that_is_no_number_stays_in_its_box_and_is_a_fault()
  {
    var draft = new ProfileDraft(Made());
    draft.SetNumber(ProfileField.ChargeMaxMa, "7o");
    Assert.Equal("7o", draft.NumberText(ProfileField.ChargeMaxMa));
    Assert.Equal("charge_max_ma: “7o” is no value in A that can be stored", Assert.Single(draft.Faults).ToString());
    Assert.Empty(draft.Changes);
    Assert.True(draft.IsTouched);
    draft.SetPoint(charge: true, Soc, 1, isCurrent: true, " ");
    Assert.Equal(["charge_max_ma: “7o” is no value in A that can be stored", "charge_soc_ma: is empty (point 2)"], draft.Faults.Select(f => f.ToString()));
    draft.SetNumber(ProfileField.ChargeMaxMa, "70");
    draft.SetPoint(charge: true, Soc, 1, isCurrent: true, "19,5");
    Assert.Empty(draft.Faults);
    Assert.Equal(("70", "19.5"), (draft.NumberText(ProfileField.ChargeMaxMa), draft.PointText(charge: true, Soc, 1, isCurrent: true)));
    Assert.Equal(["charge_soc_permille", "charge_max_ma"], draft.Changes.Select(c => c.Field));
  }

  [Fact]
  public void What_was_typed_into_a_later_point_moves_along_when_one_is_removed()
  {
    var draft = new ProfileDraft(Made());
    draft.SetPoint(charge: true, Soc, 0, isCurrent: false, "x");
    draft.SetPoint(charge: true, Soc, 1, isCurrent: false, "y");
    draft.RemovePoint(charge: true, Soc, 0);
    Assert.Equal("y", draft.PointText(charge: true, Soc, 0, isCurrent: false));
    Assert.True(draft.IsUnread(charge: true, Soc, 0, isCurrent: false));
    draft.RemovePoint(charge: true, Soc, 0);
    Assert.Empty(draft.Faults);
  }

  [Fact]
  public void A_change_below_a_tenth_of_an_ampere_is_a_change()
  {
    var draft = new ProfileDraft(Made());
    draft.SetPoint(charge: true, Soc, 1, isCurrent: true, "20.04");
    Assert.Equal("800: 70 A, 950: 20.04 A", Assert.Single(draft.Changes).After);
  }

  [Fact]
  public void On_top_of_what_somebody_saved_meanwhile_only_the_own_changes_win()
  {
    var draft = new ProfileDraft(Made());
    draft.SetNumber(ProfileField.ChargeMaxMa, "40");
    draft.SetNumber(ProfileField.BmsSharePermille, "80");
    draft.SetPoint(charge: true, Soc, 1, isCurrent: true, "10");
    draft.SetNumber(ProfileField.RiseMaPerS, "fast");
    var theirs = Made();
    theirs.Number[ProfileField.ChargeMaxMa] = 45_000;
    theirs.Number[ProfileField.DischargeMaxMa] = 60_000;
    theirs.Number[ProfileField.BmsSharePermille] = 800;
    theirs.NoCharge.Count = 1;

    var (merged, both) = draft.On(theirs);

    Assert.Equal(["charge_max_ma"], both); // Both set the share to the same 80 %: no quarrel.
    Assert.Equal(["charge_soc_permille", "charge_max_ma"], merged.Changes.Select(c => c.Field));
    Assert.Equal((40_000, 60_000, 10_000, 1),
      (merged.Now.Number[ProfileField.ChargeMaxMa], merged.Now.Number[ProfileField.DischargeMaxMa], merged.Ramp(charge: true, Soc).LimitMa[1], merged.Now.NoCharge.Count));
    Assert.Equal("fast", merged.NumberText(ProfileField.RiseMaPerS));
    Assert.Equal(45_000, theirs.Number[ProfileField.ChargeMaxMa]);
  }

  private static Profile Made()
  {
    var profile = new Profile { Name = "winter", Revision = 1 };
    profile.ChargeRamp[(int)Soc].Add(800, 70_000);
    profile.ChargeRamp[(int)Soc].Add(950, 20_000);
    profile.Number[ProfileField.ChargeMaxMa] = 50_000;
    return profile;
  }
}
