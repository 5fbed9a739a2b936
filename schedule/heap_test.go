package schedule

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The heap always has the earliest state on top, whatever moves.
func TestHeap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dues := rapid.SliceOfN(rapid.Int64Range(0, 50), 1, 40).Draw(t, "due")
		var h heap
		for _, d := range dues {
			st := &state{slot: time.Duration(d), again: never}
			h = append(h, entry{st.due(), st})
		}
		h.order()
		outside := &state{at: 3}
		for range 20 {
			earliest := h[0].st
			for i, e := range h {
				if e.due < earliest.due() || e.due != e.st.due() || int(e.st.at) != i {
					t.Fatalf("entry %d due %d at %d, top due %d", i, e.due, e.st.at, earliest.due())
				}
			}
			st := h[rapid.IntRange(0, len(h)-1).Draw(t, "which")].st
			st.slot = time.Duration(rapid.Int64Range(0, 60).Draw(t, "slot"))
			st.again = rapid.SampledFrom([]time.Duration{never, 5, 30}).Draw(t, "again")
			h.fix(st)
			h.fix(outside)
		}
	})
}
