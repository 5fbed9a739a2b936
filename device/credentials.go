package device

import (
	"errors"
	"fmt"

	"github.com/slamon/slamon/secret"
)

// Version is a version of SNMP. Version 1 is not spoken: it has no 64-bit
// counters, and everything that speaks it alone is older than 1996.
type Version uint8

// The versions. The zero value is V2c.
const (
	V2c Version = iota // RFC 1901; the community travels in clear
	V3                 // RFC 3410 to 3418 with the user-based security model
)

// Auth is an authentication protocol of SNMPv3.
type Auth string

// The protocols of RFC 3414 and RFC 7860.
const (
	NoAuth Auth = ""
	MD5    Auth = "md5"
	SHA    Auth = "sha"
	SHA224 Auth = "sha224"
	SHA256 Auth = "sha256"
	SHA384 Auth = "sha384"
	SHA512 Auth = "sha512"
)

// Auths lists the protocols, weakest first.
var Auths = [...]Auth{MD5, SHA, SHA224, SHA256, SHA384, SHA512}

// Privacy is an encryption protocol of SNMPv3.
type Privacy string

// The protocols of RFC 3414 and RFC 3826, and two extensions of AES to longer
// keys: the drafts of Blumenthal (aes192, aes256) and of Reeder (aes192c,
// aes256c, which Cisco gear speaks). With SHA-256 or longer both give the same
// AES-256 key.
const (
	NoPrivacy Privacy = ""
	DES       Privacy = "des"
	AES       Privacy = "aes"
	AES192    Privacy = "aes192"
	AES256    Privacy = "aes256"
	AES192C   Privacy = "aes192c"
	AES256C   Privacy = "aes256c"
)

// Privacies lists the protocols, weakest first.
var Privacies = [...]Privacy{DES, AES, AES192, AES256, AES192C, AES256C}

// Credentials are what an agent wants to see. Several devices may share them.
type Credentials struct {
	Name      string // for people and for messages
	Version   Version
	Community secret.Value // V2c

	User            string // V3, and all below
	Auth            Auth
	AuthPassword    secret.Value
	Privacy         Privacy
	PrivacyPassword secret.Value
}

// MinPassword is the shortest password that RFC 3414 section 11.2 allows.
const MinPassword = 8

// maxCommunity is where the length of the community would need the long form of
// BER, which the codec does not write.
const maxCommunity = 127

// Check says what is wrong with the credentials.
func (c Credentials) Check() error {
	if c.Version == V2c {
		switch n := len(c.Community.Reveal()); {
		case n == 0:
			return errors.New("version 2c needs a community")
		case n > maxCommunity:
			return fmt.Errorf("the community has %d bytes; %d is the most", n, maxCommunity)
		}
		return nil
	}
	if c.User == "" || len(c.User) > 32 { // RFC 3414: SnmpAdminString (SIZE(1..32))
		return errors.New("version 3 needs a user of 1 to 32 bytes")
	}
	if c.Auth == NoAuth && c.Privacy != NoPrivacy {
		return errors.New("privacy without authentication does not exist in version 3; name an authentication protocol")
	}
	if err := protocol("authentication", c.Auth, Auths[:], c.AuthPassword); err != nil {
		return err
	}
	return protocol("privacy", c.Privacy, Privacies[:], c.PrivacyPassword)
}

func protocol[T ~string](what string, chosen T, known []T, password secret.Value) error {
	if chosen == "" {
		return nil
	}
	for _, k := range known {
		if k == chosen {
			if len(password.Reveal()) < MinPassword {
				return fmt.Errorf("the %s password is shorter than %d characters (RFC 3414 section 11.2)", what, MinPassword)
			}
			return nil
		}
	}
	return fmt.Errorf("%s protocol %q: want one of %v", what, string(chosen), known)
}

// Level returns the security level's usual name: "v2c", "noAuthNoPriv",
// "authNoPriv" or "authPriv".
func (c Credentials) Level() string {
	switch {
	case c.Version == V2c:
		return "v2c"
	case c.Auth == NoAuth:
		return "noAuthNoPriv"
	case c.Privacy == NoPrivacy:
		return "authNoPriv"
	}
	return "authPriv"
}
