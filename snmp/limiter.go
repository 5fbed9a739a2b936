package snmp

import (
	"net/netip"
	"time"
)

// bucket is a token bucket. It is used by one goroutine.
type bucket struct {
	tokens float64
	filled time.Time
}

// take reports whether there is a token. rate is per second.
func (b *bucket) take(now time.Time, rate, burst float64) bool {
	if b.filled.IsZero() {
		b.tokens = burst
	} else {
		b.tokens = min(burst, b.tokens+rate*now.Sub(b.filled).Seconds())
	}
	b.filled = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// limiter bounds what each sender may send, and all together.
type limiter struct {
	rate, burst float64 // of one sender
	all         bucket
	senders     map[netip.Addr]*bucket
}

const (
	// allRate and allBurst are for a whole site: a power cut makes hundreds of
	// devices tell of every port within seconds, which is worth reading; what goes on
	// for longer is a flood, and reading it costs at most some percent of a processor.
	allRate, allBurst = 500, 5000
	// maxSenders bounds what is remembered; addresses can be forged.
	maxSenders = 4096
)

func newLimiter(rate, burst float64) *limiter {
	return &limiter{rate: rate, burst: burst, senders: make(map[netip.Addr]*bucket)}
}

func (l *limiter) allow(from netip.Addr, now time.Time) bool {
	b := l.senders[from]
	if b == nil {
		if len(l.senders) >= maxSenders {
			l.forget(now)
		}
		if len(l.senders) >= maxSenders {
			return false
		}
		b = &bucket{}
		l.senders[from] = b
	}
	// The sender's own bucket first: a flood from one must not use up the rest's.
	return b.take(now, l.rate, l.burst) && l.all.take(now, allRate, allBurst)
}

// forget drops senders whose bucket is full again.
func (l *limiter) forget(now time.Time) {
	for addr, b := range l.senders {
		if b.tokens+l.rate*now.Sub(b.filled).Seconds() >= l.burst {
			delete(l.senders, addr)
		}
	}
}
