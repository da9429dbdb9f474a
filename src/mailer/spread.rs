//! How long mails keep transports busy that let them go at a pace.

/// A transport with a pace. Seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Paced {
    /// Between two mails
    pub between: f64,
    /// Until it has let go what waits for it
    pub busy: f64,
}

/// Adds mails that may go by any of some transports. Whichever has room takes the next, so that in
/// the end all of those that took any are busy for equally long.
pub(super) fn spread<'a>(mails: u64, transports: impl Iterator<Item = &'a mut Paced>) {
    let mut transports: Vec<&mut Paced> = transports.collect();
    transports.sort_by(|a, b| a.busy.total_cmp(&b.busy));
    let (mut work, mut pace, mut until) = (mails as f64, 0.0, f64::INFINITY);
    for one in &transports {
        if until <= one.busy {
            break;
        }
        work += one.busy / one.between;
        pace += 1.0 / one.between;
        until = work / pace;
    }
    for one in transports {
        one.busy = one.busy.max(until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_go_by_several_goes_where_it_is_taken_first() {
        for (mails, before, after) in [
            (10, &[(6.0, 0.0)][..], &[60.0][..]),
            (10, &[(6.0, 30.0)], &[90.0]),
            (10, &[(6.0, 0.0), (6.0, 0.0)], &[30.0, 30.0]),
            (10, &[(6.0, 100.0), (6.0, 0.0)], &[100.0, 60.0]),
            (10, &[(6.0, 30.0), (6.0, 0.0)], &[45.0, 45.0]),
            (12, &[(2.0, 0.0), (1.0, 0.0), (1.0, 60.0)], &[8.0, 8.0, 60.0]),
            (0, &[(6.0, 12.0), (6.0, 0.0)], &[12.0, 0.0]),
        ] {
            let mut all: Vec<Paced> =
                before.iter().map(|&(between, busy)| Paced { between, busy }).collect();
            spread(mails, all.iter_mut());
            let found: Vec<f64> = all.iter().map(|one| (one.busy * 1e6).round() / 1e6).collect();
            assert_eq!(found, after, "{mails} {before:?}");
        }
    }
}
