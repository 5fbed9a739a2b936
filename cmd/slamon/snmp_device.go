package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/secret"
	"github.com/slamon/slamon/snmp"
)

// device makes the device out of the flags.
func (f *snmpFlags) device(address string) (device.Device, error) {
	d := device.Device{
		ID: "device", Address: address, Context: f.context, Timeout: f.timeout, Retries: f.retries,
		MaxRepetitions: f.repetitions, Profile: f.profile, Unverified: true, Wanted: device.Everything,
	}
	if f.retries == 0 {
		d.Retries = -1 // zero stands for the default there
	}
	if err := snmp.CheckAddress(address); err != nil {
		return d, err
	}
	if f.timeout <= 0 || f.repetitions < 1 {
		return d, errors.New("--timeout and --max-repetitions must be above 0")
	}
	var err error
	if d.Credentials, err = f.credentials(); err != nil {
		return d, err
	}
	return d, d.Credentials.Check()
}

func (f *snmpFlags) credentials() (device.Credentials, error) {
	c := device.Credentials{Community: secret.New("public")}
	if f.user == "" {
		if f.auth != "" || f.privacy != "" || f.context != "" {
			return c, errors.New("--auth, --privacy and --context belong to version 3, which needs --user")
		}
		if f.communityEnv != "" {
			var err error
			c.Community, err = fromEnv(f.communityEnv, "the community")
			return c, err
		}
		return c, nil
	}
	c = device.Credentials{Version: device.V3, User: f.user, Auth: device.Auth(f.auth), Privacy: device.Privacy(f.privacy)}
	var err error
	if c.Auth != "" {
		if c.AuthPassword, err = fromEnv(f.authPasswordEnv, "the authentication password"); err != nil {
			return c, err
		}
	}
	if c.Privacy != "" {
		c.PrivacyPassword, err = fromEnv(f.privacyPassEnv, "the privacy password")
	}
	return c, err
}

func fromEnv(name, what string) (secret.Value, error) {
	v, ok := os.LookupEnv(name)
	if !ok || v == "" {
		return secret.Value{}, fmt.Errorf("%s is read from the environment variable %s, which is not set", what, name)
	}
	return secret.New(v), nil
}
