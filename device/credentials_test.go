package device

import (
	"fmt"
	"strings"
	"testing"

	"github.com/slamon/slamon/secret"
)

func TestCredentials(t *testing.T) {
	long := secret.New("long enough")
	for _, test := range []struct {
		c     Credentials
		level string // empty when they are wrong
	}{
		{Credentials{Community: secret.New("public")}, "v2c"},
		{Credentials{}, ""},
		{Credentials{Community: secret.New(strings.Repeat("x", 128))}, ""},
		{Credentials{Version: V3, User: "u"}, "noAuthNoPriv"},
		{Credentials{Version: V3}, ""},
		{Credentials{Version: V3, User: strings.Repeat("u", 33)}, ""},
		{Credentials{Version: V3, User: "u", Auth: SHA256, AuthPassword: long}, "authNoPriv"},
		{Credentials{Version: V3, User: "u", Auth: "sha3", AuthPassword: long}, ""},
		{Credentials{Version: V3, User: "u", Auth: SHA256, AuthPassword: secret.New("short")}, ""},
		{Credentials{Version: V3, User: "u", Auth: SHA256, AuthPassword: long, Privacy: AES256, PrivacyPassword: long}, "authPriv"},
		{Credentials{Version: V3, User: "u", Auth: SHA256, AuthPassword: long, Privacy: AES256}, ""},
		{Credentials{Version: V3, User: "u", Privacy: AES, PrivacyPassword: long}, ""},
	} {
		err := test.c.Check()
		if (err == nil) != (test.level != "") {
			t.Errorf("Check(%+v) = %v", test.c, err)
		}
		if err == nil && test.c.Level() != test.level {
			t.Errorf("Level(%+v) = %s, want %s", test.c, test.c.Level(), test.level)
		}
		for _, text := range []string{fmt.Sprintf("%+v %#v", test.c, test.c), fmt.Sprint(err)} {
			if strings.Contains(text, "long enough") || strings.Contains(text, "short}") {
				t.Errorf("a password is shown: %s", text)
			}
		}
	}
}
