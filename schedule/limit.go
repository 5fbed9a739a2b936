package schedule

const (
	// mostInFlight bounds memory, not descriptors: a probe with TLS holds some
	// 50 KiB while it runs, so this many hold a gigabyte. 10,000 checks that all
	// hang, each with one re-probe, still fit.
	mostInFlight = 20_000
	// fallbackInFlight is four fifths of the usual soft limit of 1,024.
	fallbackInFlight = 819
)
