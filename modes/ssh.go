package modes

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
)

// globalSSH is `ip ssh`: how to log in over SSH, and who may copy files over it.
func globalSSH() []conf.Command {
	return []conf.Command{
		shared(conf.Command{Syntax: "ip ssh time-out <1-120>$seconds", Default: "ip ssh time-out 120", Help: sshHelp}),
		shared(conf.Command{Syntax: "ip ssh authentication-retries <0-5>$n", Default: "ip ssh authentication-retries 3", Help: sshHelp}),
		shared(acting("ip scp server enable", "", sshHelp)),
		shared(inert("ip ssh version <1-2>$version", "", sshHelp)),
		shared(conf.Command{Syntax: "ip ssh rsa keypair-name WORD(128)$pair", Help: sshHelp}),
		shared(conf.Command{Syntax: "ip ssh pubkey-chain", Enter: modePubkeyChain, Implicit: true, Help: sshHelp}),
	}
}

const sshHelp = `
	ip                      IP parameters
	scp                     Copies of files over SSH
	server                  That clients ask for
	enable                  Take and give files of flash:
	ssh                     SSH
	time-out                Time to log in
	$seconds                Seconds
	authentication-retries  How often a client may try again
	$n                      Number
	version                 Version of the protocol, which is 2 here
	$version                Version
	rsa                     RSA keys
	keypair-name            Pair that is the host key
	$pair                   Name of the pair
	pubkey-chain            Public keys of users
	username                A user
	$name                   User name
	key-hash                Hash of a public key
	$type                   Kind of key
	ssh-rsa                 RSA
	ssh-ed25519             Ed25519
	ecdsa-sha2-nistp256     ECDSA, P-256
	ecdsa-sha2-nistp384     ECDSA, P-384
	ecdsa-sha2-nistp521     ECDSA, P-521
	$hash                   MD5 of the key, 32 hexadecimal digits
	$comment                Comment`

// pubkeyChainMode is `ip ssh pubkey-chain`.
func pubkeyChainMode() conf.Mode {
	return conf.Mode{
		Name:   modePubkeyChain,
		Prompt: "conf-ssh-pubkey",
		Title:  "SSH public key configuration commands:",
		Indent: 2,
		Commands: []conf.Command{
			shared(conf.Command{Syntax: "username WORD(64)$name!", Enter: modePubkeyUser, Help: sshHelp}),
		},
	}
}

// pubkeyUserMode is `username` below it. `key-string`, which leaves a key-hash, is an
// action.
func pubkeyUserMode() conf.Mode {
	return conf.Mode{
		Name:   modePubkeyUser,
		Prompt: "conf-ssh-pubkey-user",
		Title:  "SSH public key user configuration commands:",
		Indent: 3,
		Commands: []conf.Command{
			shared(conf.Command{
				Syntax: "key-hash " + keyTypes + "$type! WORD(32)$hash! [LINE(128)$comment]",
				Order:  conf.Arrival, Check: checkKeyHash, Help: sshHelp,
			}),
		},
	}
}

const keyTypes = "<ecdsa-sha2-nistp256|ecdsa-sha2-nistp384|ecdsa-sha2-nistp521|ssh-ed25519|ssh-rsa>"

// checkKeyHash wants a hash that some key can have.
func checkKeyHash(_ conf.CheckContext, args grammar.Args) error {
	if b, err := hex.DecodeString(args.String("hash")); err != nil || len(b) != md5.Size {
		return errors.New("% Invalid key hash")
	}
	return nil
}

// keyString is `key-string`: the lines of a public key up to `exit`. What stays is the
// hash of the key.
func keyString(c *cli.Context, _ grammar.Args) error {
	lines, err := c.Below("conf-ssh-pubkey-data", maxKey)
	if err != nil {
		return err
	}
	line, err := hashOfKey(strings.Fields(strings.Join(lines, " ")))
	if err != nil {
		return err
	}
	return c.ApplyLine(line)
}

// maxKey bounds the text of a public key, in bytes: RSA of 16384 bits fits.
const maxKey = 4096

// hashOfKey is the key-hash line of a key, given as people paste it: with its type and
// comment, or as bare base64 that may be cut anywhere.
func hashOfKey(words []string) (string, error) {
	bad := errors.New("%SSH: Failed to decode the Key Value")
	comment := ""
	if len(words) > 1 && strings.Contains(keyTypes+"|", words[0]+"|") || len(words) > 1 && strings.HasPrefix(words[0], "ssh-") {
		// What stands behind the words that are a whole key is the comment, of any words:
		// "test" would be base64 as well.
		words = words[1:]
		for n := 1; n < len(words); n++ {
			if blob, err := base64.StdEncoding.DecodeString(strings.Join(words[:n], "")); err == nil && wholeKey(blob) {
				comment, words = strings.Join(words[n:], " "), words[:n]
			}
		}
	}
	blob, err := base64.StdEncoding.DecodeString(strings.Join(words, ""))
	if err != nil || len(blob) < 4 {
		return "", bad
	}
	n := binary.BigEndian.Uint32(blob)
	if n > 32 || int(n) > len(blob)-4 {
		return "", bad
	}
	typ := string(blob[4 : 4+n])
	if !slices.Contains(strings.Split(strings.Trim(keyTypes, "<>"), "|"), typ) {
		return "", bad
	}
	line := fmt.Sprintf("key-hash %s %X", typ, md5.Sum(blob))
	if comment != "" && len(comment) <= 128 && !strings.ContainsFunc(comment, unprintable) {
		line += " " + comment
	}
	return line, nil
}

// wholeKey reports whether blob is fields with their lengths in front, to its end (RFC 4253 6.6).
func wholeKey(blob []byte) bool {
	fields := 0
	for ; len(blob) >= 4; fields++ {
		n := binary.BigEndian.Uint32(blob)
		if uint64(n) > uint64(len(blob)-4) {
			return false
		}
		blob = blob[4+n:]
	}
	return len(blob) == 0 && fields > 1
}

// sshConfig is the shell's part of `ip ssh`.
func sshConfig(root conf.Node) cli.SSHConfig {
	timeout, _ := root.Get("ip ssh time-out")
	retries, _ := root.Get("ip ssh authentication-retries")
	c := cli.SSHConfig{KeyPair: text(root, "ip ssh rsa keypair-name", "pair"), Timeout: time.Duration(timeout.Int("seconds")) * time.Second, Retries: retries.Int("n")}
	for chain := range root.All("ip ssh pubkey-chain") {
		for user := range chain.All("username") {
			for key := range user.All("key-hash") {
				c.Keys = append(c.Keys, cli.UserKey{User: user.Args().String("name"), Type: key.Args().String("type"), Hash: strings.ToUpper(key.Args().String("hash"))})
			}
		}
	}
	c.Copies = root.On("ip scp server enable")
	return c
}
