package schedule

import "time"

// entry is a check and when it is due, on the monotonic clock. The time is kept
// in the heap itself: comparing 100,000 checks must not touch their states.
type entry struct {
	due time.Duration
	st  *state
}

// heap is a binary heap of entries, the earliest first. It knows where each
// state lies (state.at), which container/heap can only do through an interface
// at twice the cost.
type heap []entry

// order makes a heap of entries in any order.
func (h heap) order() {
	for i := range h {
		h[i].st.at = int32(i)
	}
	for i := len(h)/2 - 1; i >= 0; i-- {
		h.sink(i)
	}
}

// fix restores the order after the state's due time has changed.
func (h heap) fix(st *state) {
	i := int(st.at)
	if i >= len(h) || h[i].st != st {
		return // paused or removed
	}
	h[i].due = st.due()
	if !h.sink(i) {
		h.rise(i)
	}
}

func (h heap) rise(i int) {
	for i > 0 {
		up := (i - 1) / 2
		if h[up].due <= h[i].due {
			return
		}
		h.swap(i, up)
		i = up
	}
}

func (h heap) sink(i int) (moved bool) {
	for {
		down := 2*i + 1
		if down >= len(h) {
			return moved
		}
		if right := down + 1; right < len(h) && h[right].due < h[down].due {
			down = right
		}
		if h[i].due <= h[down].due {
			return moved
		}
		h.swap(i, down)
		i, moved = down, true
	}
}

func (h heap) swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].st.at, h[j].st.at = int32(i), int32(j)
}
