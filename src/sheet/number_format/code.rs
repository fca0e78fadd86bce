//! Reads the code of a number format into its pieces.

use super::Piece;

/// A piece of the code, or what says something of the pieces around it.
#[derive(Debug)]
pub(super) enum Token {
    Piece(Piece),
    Comma,
    Percent,
    /// A colour, a language.
    Nothing,
    EndOfSection,
}

const COLOURS: [&str; 8] = ["black", "blue", "cyan", "green", "magenta", "red", "white", "yellow"];
/// Characters that stand for themselves.
const PLAIN: &str = "$-+():^'&~{}<>= 123456789";

/// The pieces of a code. `None` if something in it is not rendered.
pub(super) fn tokens_of(code: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let words = |text: &str| Token::Piece(Piece::Words(text.to_owned()));
        let (token, length) = match first {
            '0' | '#' | '?' => (Token::Piece(Piece::Digit(first)), 1),
            '.' => (Token::Piece(Piece::Point), 1),
            '@' => (Token::Piece(Piece::Value), 1),
            ',' => (Token::Comma, 1),
            '%' => (Token::Percent, 1),
            ';' => (Token::EndOfSection, 1),
            '"' => {
                let end = rest[1..].find('"')?;
                (words(&rest[1..=end]), end + 2)
            }
            '[' => {
                let end = rest.find(']')?;
                (bracket(&rest[1..end])?, end + 1)
            }
            '\\' | '_' | '*' => {
                let next = rest[1..].chars().next()?;
                let token = match first {
                    '\\' => words(next.encode_utf8(&mut [0; 4])),
                    '_' => words(" "),
                    _ if next == ' ' => Token::Piece(Piece::Fill),
                    _ => return None,
                };
                (token, 1 + next.len_utf8())
            }
            _ if rest.get(..7).is_some_and(|word| word.eq_ignore_ascii_case("general")) => {
                (Token::Piece(Piece::Value), 7)
            }
            _ if PLAIN.contains(first) || !first.is_ascii() => {
                (words(first.encode_utf8(&mut [0; 4])), first.len_utf8())
            }
            _ => return None,
        };
        tokens.push(token);
        rest = &rest[length..];
    }
    Some(tokens)
}

/// What stands in brackets: a colour, or a currency with the language of its country.
fn bracket(inside: &str) -> Option<Token> {
    if let Some(currency) = inside.strip_prefix('$') {
        let (sign, language) = currency.rsplit_once('-').unwrap_or((currency, ""));
        // Longer numbers choose other digits and calendars.
        let is_language = language.len() <= 4 && language.bytes().all(|byte| byte.is_ascii_hexdigit());
        return is_language.then(|| Token::Piece(Piece::Words(sign.to_owned())));
    }
    let word = inside.to_ascii_lowercase();
    let numbered = word.strip_prefix("color").is_some_and(|number| number.trim().parse::<u8>().is_ok());
    (numbered || COLOURS.contains(&word.as_str())).then_some(Token::Nothing)
}
