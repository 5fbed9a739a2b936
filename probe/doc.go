// Package probe asks targets whether they work.
//
// A probe is a function: it gets a context with a deadline and answers with a
// check.Outcome before the deadline has passed. It knows neither its name, nor
// its period, nor the file it was configured in. HTTP, TCP, TLS and the other
// constructors turn the parameters of a check into such a function; it may be
// called again and again, also while an earlier call still runs: re-probes of a
// hanging target overlap.
//
// Down means that the target failed. Unknown means that we could not ask: no
// descriptor or local port was free, our own host has no route, the probe was
// stopped. classify draws that line for all kinds of probes.
//
// A target may hang, lie or be hostile. Everything read from one is bounded in
// bytes and by the deadline, and no probe leaves a goroutine behind.
//
// While a probe runs it keeps a trace: the clock of its phases (resolve,
// connect, tls, wait, transfer) and what an argument with the vendor needs. A
// plain Up keeps only the times and facts; anything else also keeps the
// evidence, made printable and cut to check.EvidenceLimit. No evidence holds a
// secret.
//
// A check with EveryAddress asks each address of its target's name with a probe of
// its own, all at the same time. Sensors keep connections open beside the probes: one
// that breaks asks for a probe, and is never a result itself.
package probe
