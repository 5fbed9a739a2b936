package snmp

import (
	"testing"
	"time"

	"github.com/gosnmp/gosnmp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/secret"
	"github.com/slamon/slamon/snmp/snmptest"
)

const (
	engineA = "\x80\x00\x1f\x88\x04engine-a"
	engineB = "\x80\x00\x1f\x88\x04engine-b"
)

func v3Device(a *snmptest.Agent, auth device.Auth, privacy device.Privacy) device.Device {
	d := testDevice(a)
	d.Credentials = device.Credentials{
		Version: device.V3, User: "boss", Auth: auth, Privacy: privacy,
		AuthPassword: secret.New("auth-password"), PrivacyPassword: secret.New("privacy-password"),
	}
	return d
}

func v3User(auth device.Auth, privacy device.Privacy) snmptest.User {
	u := snmptest.User{Name: "boss", Auth: authProtocols[auth], Privacy: privacyProtocols[privacy]}
	if auth != "" {
		u.AuthPassword = "auth-password"
	}
	if privacy != "" {
		u.PrivacyPassword = "privacy-password"
	}
	return u
}

func v3Agent(t testing.TB, auth device.Auth, privacy device.Privacy, objects ...snmptest.Object) *snmptest.Agent {
	t.Helper()
	a, err := snmptest.NewV3(engineA, v3User(auth, privacy), objects...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a
}

func TestEverySecurityLevel(t *testing.T) {
	env := testEnv(t)
	levels := []struct {
		auth    device.Auth
		privacy device.Privacy
	}{{"", ""}}
	for _, auth := range device.Auths {
		levels = append(levels, struct {
			auth    device.Auth
			privacy device.Privacy
		}{auth, ""})
	}
	for _, privacy := range device.Privacies {
		levels = append(levels, struct {
			auth    device.Auth
			privacy device.Privacy
		}{device.SHA256, privacy})
	}
	levels = append(levels, struct {
		auth    device.Auth
		privacy device.Privacy
	}{device.MD5, device.DES})
	for _, l := range levels {
		t.Run(string(l.auth)+" "+string(l.privacy), func(t *testing.T) {
			agent := v3Agent(t, l.auth, l.privacy, linux()...)
			p := testPoller(t, env, v3Device(agent, l.auth, l.privacy))
			want(t, poll(t, p, check.Up, check.ReasonNone), device.Memory, "", 0.25)
			before := agent.Requests()
			poll(t, p, check.Up, check.ReasonNone)
			if n := agent.Requests() - before; n != 1 {
				t.Errorf("the second poll took %d requests, want 1", n)
			}
		})
	}
}

// The agent's clock goes on while nobody asks; ours must follow, or every poll
// after 150 s would cost a second round trip.
func TestEngineTimeGoesOn(t *testing.T) {
	agent := v3Agent(t, device.SHA256, device.AES, linux()...)
	p := testPoller(t, testEnv(t), v3Device(agent, device.SHA256, device.AES))
	poll(t, p, check.Up, check.ReasonNone)
	agent.Skip(10 * time.Minute)
	p.session.usm.seen = p.session.usm.seen.Add(-10 * time.Minute)
	before := agent.Requests()
	poll(t, p, check.Up, check.ReasonNone)
	if n := agent.Requests() - before; n != 1 {
		t.Errorf("the poll took %d requests, want 1", n)
	}
	// An agent whose clock jumps is followed at the cost of one round trip.
	agent.Skip(time.Hour)
	before = agent.Requests()
	poll(t, p, check.Up, check.ReasonNone)
	if n := agent.Requests() - before; n != 2 {
		t.Errorf("the poll after a jump took %d requests, want 2", n)
	}
}

func TestAgentRestarts(t *testing.T) {
	for _, test := range []struct {
		name   string
		engine string
		boots  uint32
	}{
		{"with its state", engineA, 2},
		{"with its state lost", engineA, 1},
		{"as another engine", engineB, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			agent := v3Agent(t, device.SHA256, device.AES, append(linux(), port("2", "eth0", "", 1000, 1)...)...)
			p := testPoller(t, testEnv(t), v3Device(agent, device.SHA256, device.AES))
			poll(t, p, check.Up, check.ReasonNone)
			age(p, 10*time.Second)
			if err := agent.Reboot(test.engine, test.boots, v3User(device.SHA256, device.AES)); err != nil {
				t.Fatal(err)
			}
			agent.Set(uptime(0), integerAt0(snmpEngineBoots, int(test.boots)), integerAt0(snmpEngineTime, 0), c64(ifHCInOctets+".2", 2000))
			readings := poll(t, p, check.Up, check.ReasonNone)
			want(t, readings, device.Memory, "", 0.25)
			wantVoid(t, readings, device.InBits, "eth0", device.VoidRestart)
		})
	}
}

// An engine that is replaced by one with a longer uptime is still another engine.
func TestReplacedEngineVoidsDifferences(t *testing.T) {
	agent := v3Agent(t, device.SHA256, device.AES, append(linux(), port("2", "eth0", "", 1000, 1)...)...)
	p := testPoller(t, testEnv(t), v3Device(agent, device.SHA256, device.AES))
	poll(t, p, check.Up, check.ReasonNone)
	age(p, 10*time.Second)
	if err := agent.Reboot(engineB, 3, v3User(device.SHA256, device.AES)); err != nil {
		t.Fatal(err)
	}
	agent.Set(uptime(time.Hour+10*time.Second), integerAt0(snmpEngineTime, 3610), c64(ifHCInOctets+".2", 2000))
	wantVoid(t, poll(t, p, check.Up, check.ReasonNone), device.InBits, "eth0", device.VoidRestart)
}

func TestRefusedCredentials(t *testing.T) {
	agent := v3Agent(t, device.SHA256, device.AES, linux()...)
	for _, test := range []struct {
		name   string
		change func(*device.Credentials)
	}{
		{"wrong authentication password", func(c *device.Credentials) { c.AuthPassword = secret.New("another-password") }},
		{"wrong privacy password", func(c *device.Credentials) { c.PrivacyPassword = secret.New("another-password") }},
		{"unknown user", func(c *device.Credentials) { c.User = "nobody" }},
		{"wrong authentication protocol", func(c *device.Credentials) { c.Auth = device.SHA }},
		{"no authentication", func(c *device.Credentials) { c.Auth, c.Privacy = "", "" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := v3Device(agent, device.SHA256, device.AES)
			test.change(&d.Credentials)
			p := testPoller(t, testEnv(t), d)
			for range 2 {
				readings, o := p.Poll(t.Context())
				if o.State != check.Unknown || o.Reason != check.ReasonAuth {
					t.Fatalf("Poll() = %s, %s, %+v, want unknown, auth", o.State, o.Reason, o.Detail)
				}
				wantVoid(t, readings, device.CPU, "", device.VoidAuth)
			}
		})
	}
	// An agent that tells its engine and then says nothing cannot decrypt us.
	agent.Behave(snmptest.Silent)
	p := testPoller(t, testEnv(t), v3Device(agent, device.SHA256, device.AES))
	hurry(p)
	pollHurried(t, p, check.Unknown, check.ReasonAuth)
	// Silence is something else.
	agent.Mute(true)
	poll(t, p, check.Down, check.ReasonTimeout)
}

// The password is changed on the device while it is polled.
func TestPasswordChangesLater(t *testing.T) {
	agent := v3Agent(t, device.SHA256, device.AES, linux()...)
	p := testPoller(t, testEnv(t), v3Device(agent, device.SHA256, device.AES))
	poll(t, p, check.Up, check.ReasonNone)
	changed := v3User(device.SHA256, device.AES)
	changed.AuthPassword = "something-else"
	if err := agent.Reboot(engineA, 2, changed); err != nil {
		t.Fatal(err)
	}
	_, o := p.Poll(t.Context())
	if o.State != check.Unknown || o.Reason != check.ReasonAuth {
		t.Fatalf("Poll() = %s, %s, %+v, want unknown, auth", o.State, o.Reason, o.Detail)
	}
	if err := agent.Reboot(engineA, 3, v3User(device.SHA256, device.AES)); err != nil {
		t.Fatal(err)
	}
	poll(t, p, check.Up, check.ReasonNone)
}

func TestBadAgentsInV3(t *testing.T) {
	for name, habit := range map[string]snmptest.Habit{
		"another request's id": snmptest.WrongID, "id zero": snmptest.ZeroID, "noise": snmptest.Noise,
		"truncated": snmptest.Truncated, "flood": snmptest.Flood,
	} {
		t.Run(name, func(t *testing.T) {
			agent := v3Agent(t, device.SHA256, device.AES, linux()...)
			p := testPoller(t, testEnv(t), v3Device(agent, device.SHA256, device.AES))
			poll(t, p, check.Up, check.ReasonNone)
			agent.Behave(habit)
			hurry(p)
			readings, o := p.Poll(t.Context())
			if o.State == check.Up {
				t.Errorf("Poll() = %s, want a failure", o.State)
			}
			for _, r := range readings {
				if r.Known() {
					t.Errorf("%s = %v, want void", r.Series, r.Value)
				}
			}
			agent.Behave(nil)
			recovered(t, p)
		})
	}
}

// An answer in clear to a user with authentication is not believed.
func TestUnauthenticatedAnswerIsNotBelieved(t *testing.T) {
	agent := v3Agent(t, device.SHA256, device.AES, linux()...)
	p := testPoller(t, testEnv(t), v3Device(agent, device.SHA256, device.AES))
	poll(t, p, check.Up, check.ReasonNone)
	agent.Behave(func(_, answer *gosnmp.SnmpPacket, _ func(*gosnmp.SnmpPacket) []byte) [][]byte {
		answer.MsgFlags = gosnmp.NoAuthNoPriv
		answer.SecurityParameters = &gosnmp.UsmSecurityParameters{UserName: "boss", AuthoritativeEngineID: engineA}
		return [][]byte{snmptest.Encode(answer)}
	})
	hurry(p)
	readings, _ := p.Poll(t.Context())
	for _, r := range readings {
		if r.Known() {
			t.Errorf("%s = %v out of an answer in clear", r.Series, r.Value)
		}
	}
}
