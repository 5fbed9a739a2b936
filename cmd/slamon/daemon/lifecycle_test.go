package daemon

import (
	"context"
	"errors"
	"slices"
	"testing"
)

func TestPartsStopInReverse(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var order []string
	started := make(chan struct{}, 3)
	parts := make([]Part, 0, 3)
	for _, name := range []string{"store", "board", "schedule"} {
		parts = append(parts, Part{name, func(ctx context.Context) error {
			started <- struct{}{}
			<-ctx.Done()
			order = append(order, name) // safe: each part ends before the next is stopped
			return ctx.Err()
		}})
	}
	go func() {
		for range parts {
			<-started
		}
		cancel()
	}()
	if err := runParts(ctx, quiet(), parts); err != nil {
		t.Fatal(err)
	}
	if want := []string{"schedule", "board", "store"}; !slices.Equal(order, want) {
		t.Errorf("stopped in the order %v, want %v", order, want)
	}
}

func TestFailingPartStopsTheOthers(t *testing.T) {
	broken := errors.New("disk on fire")
	err := runParts(t.Context(), quiet(), []Part{
		{"store", func(context.Context) error { return broken }},
		{"schedule", func(ctx context.Context) error { <-ctx.Done(); return nil }},
	})
	if !errors.Is(err, broken) || err.Error() != "store: disk on fire" {
		t.Errorf("runParts() = %v, want store: disk on fire", err)
	}
}
