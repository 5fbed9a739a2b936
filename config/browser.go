package config

import (
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
)

type browserFile struct {
	table
	Program    field[string]     `toml:"program"`
	User       field[string]     `toml:"user"`
	NoSandbox  field[bool]       `toml:"no_sandbox"`
	Width      field[int64]      `toml:"width"`
	Height     field[int64]      `toml:"height"`
	MaxMemory  field[bytes]      `toml:"max_memory"`
	Dialogs    field[string]     `toml:"dialogs"`
	SkipVerify field[bool]       `toml:"skip_verify"`
	CAFile     field[string]     `toml:"ca_file"`
	Proxy      field[string]     `toml:"proxy"`
	Variables  variableList      `toml:"variables"`
	Step       []browserStepFile `toml:"step"`
}

// browserStepFile is one step of a browser.
type browserStepFile struct {
	table
	Name          field[string]        `toml:"name"`
	Window        field[string]        `toml:"window"`
	Frame         field[string]        `toml:"frame"`
	Open          field[string]        `toml:"open"`
	Click         field[string]        `toml:"click"`
	Type          field[string]        `toml:"type"`
	Into          field[string]        `toml:"into"`
	PressEnter    field[bool]          `toml:"press_enter"`
	WaitFor       field[string]        `toml:"wait_for"`
	TextMatch     []field[string]      `toml:"text_match"`
	TextNotMatch  []field[string]      `toml:"text_not_match"`
	TitleMatch    []field[string]      `toml:"title_match"`
	URLMatch      []field[string]      `toml:"url_match"`
	Timeout       field[time.Duration] `toml:"timeout"`
	DegradedAfter field[time.Duration] `toml:"degraded_after"`
}

// The limits of a browser. Chromium itself needs some 300 MiB for the simplest page.
const (
	defaultBrowserMemory = 1 << 30
	minBrowserMemory     = 256 << 20
	maxBrowserMemory     = 16 << 30
	defaultBrowserWidth  = 1280
	defaultBrowserHeight = 800
	minBrowserSide       = 200
	maxBrowserSide       = 4000

	// easyBrowserInterval is the shortest pause between two browsers that nobody has
	// to think about: each takes seconds of a core.
	easyBrowserInterval = time.Minute
)

func (r *reader) browser(f *browserFile) check.Params {
	p := check.Browser{
		Program:       f.Program.v,
		User:          f.User.v,
		NoSandbox:     f.NoSandbox.v,
		Width:         int(r.within(f.Width, "width", minBrowserSide, maxBrowserSide, defaultBrowserWidth)),
		Height:        int(r.within(f.Height, "height", minBrowserSide, maxBrowserSide, defaultBrowserHeight)),
		MaxMemory:     r.sized(f.MaxMemory, "max_memory", minBrowserMemory, maxBrowserMemory, defaultBrowserMemory),
		AcceptDialogs: r.oneOf(f.Dialogs, "dialogs", "dismiss", "dismiss", "accept") == "accept",
		SkipVerify:    f.SkipVerify.v,
	}
	if f.Proxy.or("") != "" {
		if u := r.url(f.Proxy, "proxy", check.AnyFamily); u != nil {
			p.Proxy = u.Scheme + "://" + u.Host
		}
	}
	r.chromium(f)
	r.browserTrusts(f, &p)
	s := newScope()
	s.remedy = "state it in [service.check.browser.variables]"
	s.declare(r, check.RunVariable, 0)
	for _, v := range f.Variables {
		if s.declare(r, v.name, v.at) {
			s.secrets[v.name] = !v.plain
			p.Variables = append(p.Variables, check.Variable{Name: v.name, Value: v.value, Plain: v.plain})
		}
	}
	if len(f.Step) == 0 {
		r.required(false, &f.table, "step", `[[service.check.browser.step]] with name = "open" and open = "https://…"`, "the browser table has no step")
	}
	names := map[string]place{}
	for i := range f.Step {
		p.Steps = append(p.Steps, r.browserStep(&f.Step[i], s, names))
	}
	if len(f.Step) > maxTransactionSteps {
		r.complain(f.Step[maxTransactionSteps].at, "make two checks of it", "%d steps: %d at most", len(f.Step), maxTransactionSteps)
	}
	if len(f.Step) > 0 && f.Step[0].Window.set {
		r.complain(f.Step[0].Window.at, "take it out, or put it into a step after one that clicks", "the first step has no other window to go to")
	}
	if len(f.Step) > 0 && !f.Step[0].Open.set {
		r.complain(f.Step[0].at, `open = "https://www.example.com/"`, "the first step opens no page: there is nothing to look at")
	}
	s.unused(r)
	return p
}

// chromium looks at how Chromium is to run.
func (r *reader) chromium(f *browserFile) {
	if p := f.Program.or(""); p != "" && !strings.HasPrefix(p, "/") {
		r.complain(f.Program.at, `program = "/usr/bin/chromium"`, "program %s is not an absolute path", quote(p))
	} else if p != "" {
		if _, err := exec.LookPath(p); err != nil {
			r.warn(f.Program.at, "install it, or correct the path; until then the check is unknown", "%s cannot be run", p)
		}
	}
	if f.NoSandbox.v {
		r.warn(f.NoSandbox.at, `user = "…", another user without rights, and no_sandbox taken out`,
			"without its sandbox Chromium gives whoever breaks it by a page all rights of the user that it runs as")
	}
}

// browserTrusts reads the authorities of one's own.
func (r *reader) browserTrusts(f *browserFile, p *check.Browser) {
	if f.CAFile.or("") == "" || r.pool(f.CAFile) == nil {
		return
	}
	if f.SkipVerify.v {
		r.complain(f.SkipVerify.at, "take out one of the two", "ca_file has no use with skip_verify = true")
	}
	if _, err := exec.LookPath("certutil"); err != nil {
		r.warn(f.CAFile.at, "install certutil (Debian's package libnss3-tools); until then the check is unknown", "ca_file: Chromium is told by certutil whom to trust, which is not installed")
	}
	p.CAFile = r.file(f.CAFile.v)
	p.Authorities, _, _ = readFile(p.CAFile, maxPEM) // it was just read
}

func (r *reader) browserStep(f *browserStepFile, s *scope, names map[string]place) check.BrowserStep {
	step := check.BrowserStep{
		Name:    r.stepName(f.Name, &f.table, names),
		Click:   f.Click.v,
		Type:    s.text(r, f.Type, "type"),
		Into:    f.Into.v,
		Enter:   f.PressEnter.v,
		WaitFor: f.WaitFor.v,
		Timeout: r.between(f.Timeout, "timeout", minTimeout, maxInterval, 0),
	}
	step.DegradedAfter = f.DegradedAfter.or(0)
	if f.Window.set {
		step.Window = r.oneOf(f.Window, "window", "", check.BrowserNew, check.BrowserFirst)
	}
	step.Frame = r.frame(f.Frame)
	r.browserOpen(f, s, &step)
	r.browserDoes(f)
	for _, e := range f.TextMatch {
		step.Text = append(step.Text, check.Match{Pattern: r.pattern(e, "text_match")})
	}
	for _, e := range f.TextNotMatch {
		step.Text = append(step.Text, check.Match{Pattern: r.pattern(e, "text_not_match"), Absent: true})
	}
	for _, e := range f.TitleMatch {
		step.Title = append(step.Title, check.Match{Pattern: r.pattern(e, "title_match")})
	}
	for _, e := range f.URLMatch {
		step.URL = append(step.URL, check.Match{Pattern: r.pattern(e, "url_match")})
	}
	return step
}

// frame reads the selectors of a frame and of frames in it.
func (r *reader) frame(f field[string]) (all []string) {
	if !f.ok {
		return nil
	}
	for part := range strings.SplitSeq(f.v, strings.TrimSpace(check.BrowserFrameIn)) {
		part = strings.TrimSpace(part)
		if part == "" {
			r.complain(f.at, `frame = "#conference", and frame = "#portal >> #conference" for a frame in a frame`, "frame %s: want a CSS selector", quote(f.v))
			return nil
		}
		all = append(all, part)
	}
	return all
}

// browserOpen reads the URL of a page. With variables its beginning must show where
// it leads.
func (r *reader) browserOpen(f *browserStepFile, s *scope, step *check.BrowserStep) {
	if !f.Open.ok {
		return
	}
	step.Open = s.text(r, f.Open, "open")
	if scheme, _, ok := strings.Cut(f.Open.v, "://"); strings.Contains(f.Open.v, "${") {
		if !ok || scheme != "http" && scheme != "https" {
			r.complain(f.Open.at, `open = "https://www.example.com/rooms/${room}"`, "open %s does not begin with http:// or https://", quote(f.Open.v))
		}
		return
	}
	// What follows # counts here, unlike in a request: applications route by it.
	page := f.Open
	var fragment string
	page.v, fragment, _ = strings.Cut(page.v, "#")
	if u := r.url(page, "url", check.AnyFamily); u != nil {
		step.Open = check.Text(u.String())
		if fragment != "" {
			step.Open += check.Text("#" + fragment)
		}
	}
}

// browserDoes complains about a step that does nothing, or two things.
func (r *reader) browserDoes(f *browserStepFile) {
	does := 0
	for _, k := range []field[string]{f.Open, f.Click, f.Type} {
		if k.set {
			does++
		}
	}
	expects := f.Window.set || f.WaitFor.set || len(f.TextMatch)+len(f.TextNotMatch)+len(f.TitleMatch)+len(f.URLMatch) > 0
	switch {
	case does > 1:
		r.complain(f.at, "make two steps of it", "open, click and type exclude each other")
	case does == 0 && !expects:
		r.complain(f.at, `open = "https://…", click = "#join", type = "…" with into = "#name", window = "new", or wait_for = "#room"`, "this step neither does nor expects anything")
	case f.Type.set != f.Into.set:
		r.complain(max(f.Type.at, f.Into.at), `type = "${user}" with into = "#user"`, "type and into need each other")
	case f.PressEnter.v && !f.Type.set:
		r.complain(f.PressEnter.at, `press_enter = true behind type`, "press_enter needs something that is typed")
	}
	for key, k := range map[string]field[string]{"click": f.Click, "into": f.Into, "wait_for": f.WaitFor} {
		if k.ok && strings.TrimSpace(k.v) == "" {
			r.complain(k.at, key+` = "#join"`, "%s: want a CSS selector", key)
		}
	}
	if f.Type.ok && secretWord(f.Into.v) && f.Type.v != "" && !onlyVariables(f.Type.v) {
		r.complain(f.Type.at, `type = "${password}", with variables = { password = { env = "NAME" } }`, "type: a secret must not stand in this file")
	}
}

// fitsBrowser complains about times of steps that the whole does not have.
func (r *reader) fitsBrowser(f *browserFile, timeout time.Duration) {
	for i := range f.Step {
		r.fitsTimes(f.Step[i].Timeout, f.Step[i].DegradedAfter, timeout)
	}
}

// browserOften warns about browsers that are started all the time.
func (r *reader) browserOften(f *browserFile, interval time.Duration) {
	if interval < easyBrowserInterval {
		r.warn(f.at, `interval = "5m"`, "a browser every %s: each takes seconds of a core and %s of memory at most",
			FormatDuration(interval), FormatSize(int64(f.MaxMemory.or(defaultBrowserMemory))))
	}
}

// browser writes the table of a browser and those of its steps.
func (d *dumper) browser(parent string, p check.Browser) {
	d.text("program", p.Program)
	d.text("user", p.User)
	d.flag("no_sandbox", p.NoSandbox)
	d.raw("width", strconv.Itoa(p.Width))
	d.raw("height", strconv.Itoa(p.Height))
	d.raw("max_memory", tomlText(FormatSize(p.MaxMemory)))
	if p.AcceptDialogs {
		d.text("dialogs", "accept")
	}
	d.flag("skip_verify", p.SkipVerify)
	d.text("ca_file", p.CAFile)
	d.text("proxy", p.Proxy)
	d.variables("variables", p.Variables)
	for _, s := range p.Steps {
		d.section("[[" + parent + ".step]]")
		d.text("name", s.Name)
		d.text("window", s.Window)
		d.text("frame", strings.Join(s.Frame, check.BrowserFrameIn))
		d.text("open", string(s.Open))
		d.text("click", s.Click)
		if s.Into != "" {
			d.raw("type", tomlText(string(s.Type)))
			d.text("into", s.Into)
		}
		d.flag("press_enter", s.Enter)
		d.text("wait_for", s.WaitFor)
		d.bodyMatches("text_match", s.Text, false)
		d.bodyMatches("text_not_match", s.Text, true)
		d.bodyMatches("title_match", s.Title, false)
		d.bodyMatches("url_match", s.URL, false)
		if s.Timeout > 0 {
			d.time("timeout", s.Timeout)
		}
		if s.DegradedAfter > 0 {
			d.time("degraded_after", s.DegradedAfter)
		}
	}
}
