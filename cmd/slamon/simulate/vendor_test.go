package simulate_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/smtp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/slamon/slamon/cmd/slamon/simulate"
)

// patience is for what does answer.
const patience = 20 * time.Second

// ask sends one request on a connection of its own.
func ask(t *testing.T, address string, limit time.Duration) (int, string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, "GET", "http://"+address+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body), err
}

func TestFaults(t *testing.T) {
	tests := map[simulate.Kind]func(code int, body string, err error) bool{
		simulate.Refuse: func(_ int, _ string, err error) bool { return errors.Is(err, syscall.ECONNREFUSED) },
		simulate.Hang:   func(_ int, _ string, err error) bool { return errors.Is(err, context.DeadlineExceeded) },
		simulate.Error:  func(code int, _ string, err error) bool { return err == nil && code == 503 },
		simulate.Wrong:  func(code int, body string, err error) bool { return code == 200 && !strings.Contains(body, "room") },
	}
	for kind, want := range tests {
		t.Run(string(kind), func(t *testing.T) {
			app, err := simulate.NewApp("127.0.0.1")
			if err != nil {
				t.Fatal(err)
			}
			defer app.Close()
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() {
				ended <- app.Run(ctx, time.Now(), []simulate.Fault{{Kind: kind, For: time.Hour}})
			}()
			for len(app.Happened()) == 0 {
				if code, _, err := ask(t, app.Address(), time.Second); err != nil && code != 0 {
					t.Fatal(err)
				}
			}
			limit := patience
			if kind == simulate.Hang {
				limit = 200 * time.Millisecond
			}
			if code, body, err := ask(t, app.Address(), limit); !want(code, body, err) {
				t.Errorf("during the fault: %d %q %v", code, body, err)
			}
			cancel()
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
			if code, body, err := ask(t, app.Address(), patience); code != 200 || !strings.Contains(body, `"room":"open"`) {
				t.Errorf("after the fault: %d %q %v", code, body, err)
			}
			if h := app.Happened(); len(h) != 1 || h[0].Kind != kind || !h[0].To.After(h[0].From) {
				t.Errorf("Happened() = %v", h)
			}
		})
	}
}

func TestMailbox(t *testing.T) {
	box, err := simulate.NewMailbox("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	message := "Subject: hello\r\n\r\nworld\r\n"
	if err := smtp.SendMail(box.Address(), nil, "a@demo.example", []string{"b@demo.example"}, []byte(message)); err != nil {
		t.Fatal(err)
	}
	letters := box.Letters()
	if len(letters) != 1 || string(letters[0].Data) != message || letters[0].To[0] != "b@demo.example" {
		t.Errorf("Letters() = %q", letters)
	}
}

// TestErrand breaks one step of a user's errand: those before it go on working.
func TestErrand(t *testing.T) {
	app, err := simulate.NewApp("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	defer app.Close()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}}
	post := func(path, body, kind string) (int, string) {
		t.Helper()
		answer, err := client.Post("http://"+app.Address()+path, kind, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, strings.TrimSpace(string(text))
	}
	step := func(path, body, kind string, code int, text string) {
		t.Helper()
		if gotCode, got := post(path, body, kind); gotCode != code || got != text {
			t.Errorf("%s = %d %q, want %d %q", path, gotCode, got, code, text)
		}
	}
	step(simulate.JoinPath, "", "", 401, "log in first")
	step(simulate.LoginPath, "user=monitor", "application/x-www-form-urlencoded", 200, `{"welcome":"monitor"}`)
	step(simulate.JoinPath, "", "", 200, `{"room":{"id":"r-1","open":true}}`)
	step(simulate.PostPath, `{"text":"x"}`, "application/json", 200, `{"text":"x"}`)

	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- app.Run(ctx, time.Now(), []simulate.Fault{{Kind: simulate.Wrong, Path: simulate.PostPath, For: time.Hour}})
	}()
	for len(app.Happened()) == 0 {
		post(simulate.JoinPath, "", "")
	}
	step(simulate.JoinPath, "", "", 200, `{"room":{"id":"r-1","open":true}}`)
	step(simulate.PostPath, `{"text":"x"}`, "application/json", 200, `{"text":""}`)
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	step(simulate.LeavePath, "", "", 204, "")
	step(simulate.JoinPath, "", "", 401, "log in first")
}
