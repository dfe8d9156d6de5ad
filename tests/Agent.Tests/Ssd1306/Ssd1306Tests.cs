using System.Text;
using JkFleet.Agent.Ssd1306;
using Xunit;

namespace JkFleet.Agent.Tests.Ssd1306;

public sealed class Ssd1306Tests
{
    private readonly Ssd1306Chip _chip = new();
    private readonly Ssd1306Display _display;

    public Ssd1306Tests() => _display = new Ssd1306Display(_chip);

    private static byte[] Screen(params string[] lines) =>
        Encoding.Latin1.GetBytes(string.Concat(Enumerable.Range(0, Ssd1306Display.Lines).Select(i => (i < lines.Length ? lines[i] : "").PadRight(Ssd1306Display.Columns))));

    [Fact]
    public void Text_stands_upright_where_it_belongs_and_nothing_of_the_noise_is_left()
    {
        Assert.True(_chip.AnyLit == false, "off after its power came");
        Assert.True(_display.Show(Screen("F", "", "  7"), 0));
        Assert.Equal(["#####.", "#.....", "#.....", "####..", "#.....", "#.....", "#.....", "......"], _chip.Cell(0, 0));
        Assert.Equal(["#####.", "....#.", "...#..", "..#...", ".#....", ".#....", ".#....", "......"], _chip.Cell(2, 2));
        Assert.All(Enumerable.Range(0, Ssd1306Display.Columns).Where(c => c != 0), c => Assert.All(_chip.Cell(0, c), row => Assert.Equal("......", row)));
        // The two columns right of the last character.
        for (var y = 0; y < 64; y++) Assert.False(_chip.IsLit(126, y) || _chip.IsLit(127, y));
    }

    [Fact]
    public void Every_character_has_its_own_picture_and_keeps_its_cell()
    {
        var pictures = new HashSet<string>(StringComparer.Ordinal);
        for (var c = ' '; c <= '~'; c++)
        {
            Assert.True(_display.Show(Screen(new string(c, 3)), 0));
            var picture = string.Concat(_chip.Cell(0, 1));
            Assert.True(pictures.Add(picture), $"'{c}' looks like another");
            Assert.All(_chip.Cell(0, 1), row => Assert.Equal('.', row[5]));
            Assert.Equal(picture, string.Concat(_chip.Cell(0, 0)));
        }

        Assert.True(_display.Show(Screen("?"), 0));
        var unknown = _chip.Cell(0, 0);
        Assert.True(_display.Show(Screen("\u00e9"), 0));
        Assert.Equal(unknown, _chip.Cell(0, 0));
    }

    [Fact]
    public void Only_what_changed_is_sent()
    {
        var screen = Screen("one", "two");
        Assert.True(_display.Show(screen, 0));
        var (messages, data) = (_chip.Messages, _chip.DataBytes);
        Assert.Equal(8 * 128, data);
        Assert.True(_display.Show(screen, 1000));
        Assert.Equal(messages, _chip.Messages);
        Assert.True(_display.Show(Screen("one", "tow"), 2000));
        Assert.Equal(data + 128, _chip.DataBytes);
    }

    [Fact]
    public void A_display_that_is_not_there_is_asked_seldom_and_found_when_it_comes()
    {
        _chip.Plugged = false;
        for (var ms = 0; ms < 60_000; ms += 20) Assert.False(_display.Show(Screen("x"), ms));
        Assert.InRange(_chip.Messages, 6, 7);
        Assert.Equal(_chip.Messages, _display.Faults);
        _chip.Plugged = true;
        Assert.True(_display.Show(Screen("x"), 60_000 + Ssd1306Display.RetryMs));
        Assert.True(_chip.AnyLit && _display.Present);
    }

    [Fact]
    public void Pulled_out_in_the_middle_of_anything_it_is_whole_after_it_came_back()
    {
        var whole = new Ssd1306Chip();
        Assert.True(new Ssd1306Display(whole).Show(Screen("abc", "def"), 0));
        for (var bytes = 0; bytes < 26 + (8 * 131); bytes += 7)
        {
            var chip = new Ssd1306Chip();
            var display = new Ssd1306Display(chip);
            Assert.True(display.Show(Screen("before"), 0));
            chip.BytesUntilGone = bytes;
            // Everything is sent anew at this time, so every byte of it may be the last.
            var shown = display.Show(Screen("abc", "def"), Ssd1306Display.RefreshMs);
            Assert.False(shown);
            chip.BytesUntilGone = null;
            chip.PowerUp();
            Assert.True(display.Show(Screen("abc", "def"), Ssd1306Display.RefreshMs + Ssd1306Display.RetryMs));
            for (var line = 0; line < 8; line++) Assert.Equal(whole.Cell(line, 1), chip.Cell(line, 1));
        }
    }

    [Fact]
    public void A_display_that_lost_its_power_unseen_is_whole_again_within_a_minute()
    {
        Assert.True(_display.Show(Screen("hello"), 0));
        var picture = _chip.Cell(0, 0);
        _chip.PowerUp();
        Assert.True(_display.Show(Screen("hello"), 30_000));
        Assert.False(_chip.AnyLit);
        Assert.True(_display.Show(Screen("hello"), Ssd1306Display.RefreshMs));
        Assert.Equal(picture, _chip.Cell(0, 0));
    }

    [Fact]
    public void The_slot_hands_over_whole_screens_and_never_waits()
    {
        var slot = new ScreenSlot();
        var taken = new byte[Ssd1306Display.ScreenBytes];
        Assert.False(slot.Take(taken));
        slot.Writing!.AsSpan().Fill((byte)'a');
        slot.Put();
        Assert.Null(slot.Writing);
        Assert.True(slot.Take(taken));
        Assert.All(taken, b => Assert.Equal((byte)'a', b));
        Assert.False(slot.Take(taken));
        Assert.NotNull(slot.Writing);
    }

    [Fact]
    public async Task Two_threads_never_see_half_a_screen()
    {
        var slot = new ScreenSlot();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var writer = Task.Run(() =>
        {
            for (byte i = 0; !stop.IsCancellationRequested; i++)
            {
                if (slot.Writing is not { } screen) continue;
                screen.AsSpan().Fill(i);
                slot.Put();
            }
        });
        var seen = 0;
        var screen = new byte[Ssd1306Display.ScreenBytes];
        while (seen < 300 && !stop.IsCancellationRequested)
        {
            if (!slot.Take(screen)) continue;
            seen++;
            Assert.Equal(-1, screen.AsSpan().IndexOfAnyExcept(screen[0]));
        }

        await stop.CancelAsync();
        await writer;
        Assert.Equal(300, seen);
    }
}
