package cli

import (
	"regexp"
	"strings"
	"unicode"
)

// What people paste as a configuration is often the log of a terminal: prompts before
// the lines, remains of the pager, what commands print around a configuration, a
// login. None of it is configuration.

// scaffold tells the lines that stand around a configuration: those that commands
// print, a login, messages, and the errors of another router.
func scaffold(line string) bool {
	for _, whole := range []string{
		"Building configuration...", "[OK]", "^", "^Z",
		"User Access Verification", "Press RETURN to get started.", "Press RETURN to get started!",
	} {
		if line == whole {
			return true
		}
	}
	for _, start := range []string{
		"%", "Current configuration :", "Current configuration:", "Compressed configuration from ", "Uncompressed configuration from ",
		"Enter configuration commands, one per line.", "Username:", "Password:", "login as:", "Load for five secs:", "Time source is ", "=~=~=~",
	} {
		if strings.HasPrefix(line, start) {
			return true
		}
	}
	return strings.HasPrefix(line, "Using ") && strings.Contains(line, " out of ") && strings.HasSuffix(line, "bytes")
}

// pastedPrompt is a prompt as it stands before a pasted line. No command has # or >
// in its first word.
var pastedPrompt = regexp.MustCompile(`^ *[A-Za-z0-9][A-Za-z0-9_.+/-]*(\(([a-z][A-Za-z0-9_+/-]*)\))?[#>]`)

// prompted is the prompt before a pasted line. mode is the text in its parentheses,
// "" for that of EXEC; length counts the bytes before what was typed.
func prompted(line string) (mode string, length int, ok bool) {
	if !strings.ContainsAny(line, "#>") {
		return "", 0, false
	}
	at := pastedPrompt.FindStringSubmatchIndex(line)
	if at == nil {
		return "", 0, false
	}
	if at[4] >= 0 {
		mode = line[at[4]:at[5]]
	}
	return mode, at[1], true
}

// barePrompt tells a prompt behind which nothing was typed.
func barePrompt(line string) bool {
	_, length, ok := prompted(line)
	return ok && length == len(line)
}

// pasted is one line as configuration: text is what it configures, with blanks in the
// place of what was cut, so that columns stay; depth is how deep it is indented. ok is
// false when it configures nothing: blank lines, comments, EXEC commands behind their
// prompt, and what stands around a configuration.
func pasted(line string) (text string, depth int, ok bool) {
	bare := strings.TrimLeft(line, " ")
	if bare == "" || bare[0] == '!' || scaffold(bare) {
		return line, 0, false
	}
	depth = len(line) - len(bare)
	mode, length, is := prompted(line)
	switch {
	case !is:
		return line, depth, true
	case mode == "": // of EXEC
		return line, 0, false
	}
	text = strings.Repeat(" ", length) + line[length:]
	bare = strings.TrimLeft(text, " ")
	depth = 1
	if mode == "config" {
		depth = 0
	}
	return text, depth, bare != "" && bare[0] != '!' && !scaffold(bare)
}

// tidy is a line without what terminals and editors leave in it: tabs and no-break
// spaces become blanks, backspaces and carriage returns have gone back, other control
// characters and the pager's prompt are gone, and so is what is blank on the right.
func tidy(line string) string {
	line = strings.TrimPrefix(line, "\ufeff")
	if strings.ContainsAny(line, "\t\u00a0") {
		line = blankTabs.Replace(line)
	}
	line = strings.TrimRight(line, " \r\n")
	if strings.ContainsFunc(line, unicode.IsControl) {
		line = retyped(line)
	}
	if at := strings.Index(line, morePrompt); at >= 0 && strings.TrimSpace(line[:at]) == "" {
		// Eight blanks have wiped it out, on the screen that it was copied from.
		line = line[at+len(morePrompt):]
		line = strings.TrimPrefix(line, " ")
		line = strings.TrimPrefix(line, "        ")
	}
	return strings.TrimRight(line, " ")
}

const morePrompt = "--More--"

var blankTabs = strings.NewReplacer("\t", " ", "\u00a0", " ")

// retyped is what a screen shows of a line with backspaces and carriage returns in it. What
// else would control a screen, in a file of who knows whom, is not kept.
func retyped(line string) string {
	var screen []rune
	at := 0
	for _, c := range line {
		switch {
		case c == '\b':
			at = max(at-1, 0)
		case c == '\r':
			at = 0
		case unicode.IsControl(c):
		case at < len(screen):
			screen[at] = c
			at++
		default:
			screen = append(screen, c)
			at++
		}
	}
	return string(screen)
}
