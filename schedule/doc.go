// Package schedule runs every check on its slot.
//
// Slots come from check.Grid: a fixed interval per check whose phase changes
// once a day. A slot's probe gets a goroutine of its own and a context that ends
// at the check's timeout, so a slow target delays no other check. What came back
// is stamped with check, site and the moment of sending, and handed to
// Options.Emit: for each check in the order of sending.
//
// # The clock
//
// One gocron job of a second's beat ticks (every 50 ms unless told otherwise, on whole
// multiples of the tick); a heap of the next slots says what is due. Slots lie on whole ticks,
// so that probes start in small groups: most of a paced probe's cost is waking up.
// A gocron job for each check was measured beside this arrangement
// (BenchmarkArrangements, 5,000 checks every 10 s): 130 µs of processor time a run
// against 25 µs, the start of the probe included, and 15 to 20 KiB resident a
// check against 0.3.
//
// # After a failure
//
// A failing result is followed by re-probes every Check.Reprobe, counted from
// the last send, until the target answers again, and then by Check.ReprobeGood
// good ones. The base grid is not disturbed: a re-probe that would come less than
// half a pause before a base slot gives way to it. Suspect probes as after a recovery,
// when something else than a probe gave cause to. Since a hanging target answers
// only at its timeout, re-probes may overlap, at most maxReprobes of a check.
//
// # Our own trouble
//
// It never counts against the target, and is counted in Stats.Missed:
//
//   - A slot that finds more than Options.MaxInFlight probes running becomes an
//     Unknown result with ReasonResources.
//   - A probe that panics becomes Unknown with ReasonInternal, and so does one that
//     ignores its deadline; base slots that pass before it returns are Unknown with
//     ReasonMissed, and so is the first of the slots that a stalled machine skipped.
//   - A time-out of a probe that came back late itself, while ticks were missing for a
//     quarter of its time, becomes Unknown with ReasonResources: this machine was too busy.
//   - A failure that our own line could have caused is held until a round of the
//     anchors says that the line was alive; if it was not, the result becomes
//     Unknown with ReasonOwnNetwork.
//   - A step of the wall clock and a suspend of the machine give every check one
//     Unknown result (ReasonClock, ReasonStopped), stamped with the time that the
//     wall clock would have shown without the step. Probes stay on the monotonic
//     clock; slots are computed anew. After a step back, later results carry
//     earlier times than those before the step: the wall clock repeats itself. The
//     result that marks the step took as long as the clock was set back, by which an
//     account knows what came twice (timeline.Settle), and that it is unknown.
package schedule
