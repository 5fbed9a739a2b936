package browser

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
)

// do makes steps, all of which must work.
func do(t *testing.T, ctx context.Context, b *Browser, steps ...Step) {
	t.Helper()
	for i, s := range steps {
		if err := b.Do(ctx, s); err != nil {
			t.Fatalf("step %d: %s\n%s", i+1, err, b.Console(ctx))
		}
	}
}

// fails makes a step that must not work.
func fails(t *testing.T, ctx context.Context, b *Browser, s Step, state check.State, says string) {
	t.Helper()
	soon, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	f, ok := errors.AsType[*Fault](b.Do(soon, s))
	if !ok || f.State != state || !strings.Contains(f.Sentence, says) {
		t.Errorf("%+v: %+v, want %s with %q", s, f, state, says)
	}
}

const room = `<title>Room</title><body style="margin:0"><h1 id=who>nobody</h1><input id=nick placeholder="of s3cret">
	<button id=join onclick="who.textContent = nick.value; console.log('joined', nick.value)" style="margin-top:1500px">Join</button>`

// TestFrames works in frames of the same site and of another one, and in frames of those.
func TestFrames(t *testing.T) {
	inner := serve(t, map[string]string{"/room": room})
	other := strings.Replace(inner, "127.0.0.1", "localhost", 1) // another site: it gets a process of its own
	middle := strings.Replace(serve(t, map[string]string{
		"/portal": `<body style="margin:30px"><iframe id=own src="` + inner + `/room" style="margin:50px;border:7px solid;padding:3px"></iframe>`,
	}), "127.0.0.1", "localhost", 1)
	url := serve(t, map[string]string{
		"/room": room,
		"/same": `<div style="height:900px">Portal</div><iframe id=frame src=/room style="border:9px solid;padding:5px"></iframe>`,
		"/site": `<div style="height:900px">Portal</div><iframe id=frame src="` + other + `/room"></iframe>`,
		"/deep": `<div style="height:900px">Portal</div><iframe id=frame src="` + middle + `/portal" width=500 height=400></iframe>`,
		"/bare": `<div>Portal</div><p id=frame>no frame</p>`,
		"/veil": `<div style="position:absolute;inset:0;z-index:2" id=veil></div><iframe id=frame srcdoc='<button id=join>Join</button>'></iframe>`,
	})
	for name, frame := range map[string][]string{"same": {"#frame"}, "site": {"#frame"}, "deep": {"#frame", "iframe#own"}} {
		t.Run(name, func(t *testing.T) {
			b, ctx := started(t)
			do(t, ctx, b,
				Step{Open: url + "/" + name, Text: like("Portal")},
				Step{Frame: frame, Type: "monitor of s3cret", Into: "#nick", Typed: true},
				Step{Frame: frame, Click: "#join", Text: like("monitor of s3cret"), Title: like("Room")},
				Step{Text: like("^Portal$")},
			)
			for !strings.Contains(b.Console(ctx), "log: joined monitor of s3cret") && ctx.Err() == nil {
				rest(ctx, lookEvery)
			}
			fails(t, ctx, b, Step{Frame: frame, WaitFor: "#nope"}, check.Down, "#nope did not appear")
			fails(t, ctx, b, Step{Frame: frame, Click: "#nope"}, check.Down, "there is no #nope in the frame "+strings.Join(frame, check.BrowserFrameIn))
			if b.Picture(ctx, []string{"s3cret"}, "[hidden]") == nil {
				t.Error("no picture")
			}
			p, err := b.place(ctx)
			var text string
			if err == nil {
				err = p.evaluate(ctx, &text, `(() => document.body.innerText + document.querySelector("#nick").value + document.querySelector("#nick").placeholder)`)
			}
			if err != nil || strings.Contains(text, "s3cret") || strings.Count(text, "[hidden]") != 3 {
				t.Errorf("the picture was made of %q, %v", text, err)
			}
		})
	}
	b, ctx := started(t)
	do(t, ctx, b, Step{Open: url + "/bare"})
	fails(t, ctx, b, Step{Frame: []string{"#frame"}, Click: "#join"}, check.Down, "there is no frame #frame on the page")
	fails(t, ctx, b, Step{Frame: []string{"#frame"}, WaitFor: "#join"}, check.Down, "there is no frame #frame on the page")
	fails(t, ctx, b, Step{Frame: []string{"##"}, WaitFor: "#join"}, check.Unknown, "## is not a CSS selector")
	do(t, ctx, b, Step{Open: url + "/veil", Frame: []string{"#frame"}, WaitFor: "#join"})
	fails(t, ctx, b, Step{Frame: []string{"#frame"}, Click: "#join"}, check.Down, "#join is covered by div#veil")
}

// TestHidesOtherFrames shows nothing of a frame that secrets cannot be covered in.
func TestHidesOtherFrames(t *testing.T) {
	other := strings.Replace(serve(t, map[string]string{"/": "s3cret"}), "127.0.0.1", "localhost", 1)
	url := serve(t, map[string]string{"/": `<iframe id=a src="` + other + `"></iframe><iframe id=b srcdoc="<p>s3cret"></iframe>`})
	b, ctx := started(t)
	do(t, ctx, b, Step{Open: url}, Step{Frame: []string{"#a"}, Text: like("s3cret")}, Step{Frame: []string{"#b"}, Text: like("s3cret")})
	if b.Picture(ctx, []string{"s3cret"}, "[hidden]") == nil {
		t.Error("no picture")
	}
	b.inner = nil
	p, err := b.place(ctx)
	var text string
	if err == nil {
		err = p.evaluate(ctx, &text, `(() => document.querySelector("#a").style.visibility + " " + document.querySelector("#b").contentDocument.body.innerText)`)
	}
	if err != nil || text != "hidden [hidden]" {
		t.Errorf("the picture was made of %q, %v", text, err)
	}
}

// TestWindows follows what a click opens, and comes back.
func TestWindows(t *testing.T) {
	url := serve(t, map[string]string{
		"/room": room + `<button id=leave onclick="window.close()" style="position:fixed;top:0;right:0">Leave</button>`,
		"/": `<title>Rooms</title><a id=link target=_blank href=/room>by link</a> <a id=gone target=_blank href=/missing>gone</a>
			<button id=script onclick="window.open('/room')">by script</button>
			<button id=popup onclick="window.open('/room', '', 'width=500,height=400')">in a window</button>
			<button id=late onclick="fetch('/').then(() => setTimeout(() => window.open('/room', '', 'noopener'), 300))">late</button>`,
	})
	for _, how := range []string{"link", "script", "popup", "late"} {
		t.Run(how, func(t *testing.T) {
			b, ctx := started(t)
			do(t, ctx, b,
				Step{Open: url},
				Step{Click: "#" + how},
				Step{Window: check.BrowserNew, Title: like("Room$")},
				Step{Type: "monitor", Into: "#nick", Typed: true},
				Step{Click: "#join", Text: like("monitor")},
			)
			if got := b.Status(); got != "200 OK" {
				t.Errorf("status %q", got)
			}
			if b.Picture(ctx, []string{"s3cret"}, "[hidden]") == nil {
				t.Error("no picture")
			}
			do(t, ctx, b,
				Step{Window: check.BrowserFirst, Title: like("^Rooms$")},
				Step{Click: "#" + how},
				Step{Window: check.BrowserNew, Text: like("nobody|monitor")},
			)
		})
	}
	b, ctx := started(t)
	do(t, ctx, b, Step{Open: url})
	fails(t, ctx, b, Step{Window: check.BrowserNew}, check.Down, "no new window was opened")
	do(t, ctx, b, Step{Click: "#script"}, Step{Window: check.BrowserNew, WaitFor: "#leave"}, Step{Click: "#leave"})
	fails(t, ctx, b, Step{WaitFor: "#leave"}, check.Down, "the window was closed")
	do(t, ctx, b, Step{Window: check.BrowserFirst, Title: like("^Rooms$")}, Step{Click: "#gone"})
	fails(t, ctx, b, Step{Window: check.BrowserNew}, check.Down, "404 Not Found")
}
