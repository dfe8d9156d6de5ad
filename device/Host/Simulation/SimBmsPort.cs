using JkFleet.Agent.Ports;
using JkFleet.Bms;

namespace JkFleet.Agent.Host.Simulation;

/// <summary>
/// The wire between the agent and a simulated BMS: bytes in, bytes out, a cable that can be pulled and a wire that
/// sometimes flips a bit. The agent's own framer does all the understanding.
/// </summary>
internal sealed class SimBmsPort(IBmsPlayer player, IClock clock, Random random) : IBmsPort
{
    private readonly byte[] _answer = new byte[BmsPlayers.MaxAnswer];
    private int _answerBytes;
    private int _answerAt;

    /// <summary>The cable hangs loose: nothing arrives on either side.</summary>
    public bool Unplugged { get; set; }

    /// <summary>The build that runs cannot hear.</summary>
    public bool Deaf { get; set; }

    /// <summary>The adapter itself is gone.</summary>
    public bool Absent { get; set; }

    /// <summary>Share of answers with a wrong bit, 0..1.</summary>
    public double Noise { get; set; }

    /// <inheritdoc/>
    public int Read(byte[] buffer)
    {
        if (Absent) return -1;
        if (_answerAt >= _answerBytes)
        {
            _answerAt = 0;
            _answerBytes = player.NextAnswer(clock.NowMs, _answer);
            if (_answerBytes > 0 && Noise > 0 && random.NextDouble() < Noise)
                _answer[random.Next(_answerBytes)] ^= (byte)(1 << random.Next(8));
            if (Unplugged || Deaf) _answerBytes = 0;
        }

        var n = Math.Min(buffer.Length, _answerBytes - _answerAt);
        Array.Copy(_answer, _answerAt, buffer, 0, n);
        _answerAt += n;
        return n;
    }

    /// <inheritdoc/>
    public bool Write(byte[] buffer, int count)
    {
        if (Absent) return false;
        if (!Unplugged) player.Receive(buffer, 0, count, clock.NowMs);
        return true;
    }
}
