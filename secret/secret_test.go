package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/slamon/slamon/secret"
)

func TestNothingShowsTheValue(t *testing.T) {
	const hidden = "hunter2"
	v := secret.New(hidden)
	holder := struct{ Password secret.Value }{v}
	encoded, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	var logs bytes.Buffer
	slog.New(slog.NewJSONHandler(&logs, nil)).Info("m", "v", v, "h", holder)
	slog.New(slog.NewTextHandler(&logs, nil)).Info("m", "v", v, "h", holder)
	shown := fmt.Sprintf("%v %+v %#v %s %q %v %+v %#v", v, v, v, v, v, holder, holder, holder) + string(encoded) + logs.String()
	if strings.Contains(shown, hidden) {
		t.Errorf("the value is shown: %s", shown)
	}
	if v.Reveal() != hidden {
		t.Errorf("Reveal() = %q, want %q", v.Reveal(), hidden)
	}
}

func TestEmptyPrintsNothing(t *testing.T) {
	if got := secret.New("").String(); got != "" {
		t.Errorf("String() = %q, want nothing", got)
	}
}
