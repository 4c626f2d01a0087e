//! The figures of England for the year to 31 March 2025 (Department for Education, Explore Education Statistics), and of its
//! social workers in September 2025. Everything that is drawn keeps their proportions, for each open plan.

use super::draw::Band;

/// Plans open at the end of the year. All else is counted for so many.
pub(super) const OPEN_PLANS: u64 = 49_420;
/// In a year.
pub(super) const PLANS_ENDED: u64 = 62_300;
pub(super) const CONFERENCES: u64 = 72_100;
pub(super) const PLANS_STARTED: u64 = 61_840;
pub(super) const ENQUIRIES: u64 = 230_590;
pub(super) const ASSESSMENTS: u64 = 648_830;
/// In six years, by arithmetic from one council's case database.
pub(super) const PERSONS: u64 = 10_000_000;
pub(super) const INVOLVEMENTS: u64 = 35_000_000;
/// On one day.
pub(super) const OPEN_ENQUIRIES: u64 = 13_000;
pub(super) const OPEN_ASSESSMENTS: u64 = 80_000;
pub(super) const CONFERENCES_PENDING: u64 = 4_000;
pub(super) const OPEN_CASES: u64 = 321_661;
/// Of a hundred referrals, those of a child who was referred before.
pub(super) const REFERRED_AGAIN: u32 = 23;
/// Of a hundred case holders.
pub(super) const AGENCY: u32 = 13;

/// The open cases of the five case holders of a team: 15.2 each.
pub(super) const CASELOADS: [u32; 5] = [11, 13, 15, 17, 20];

/// Working days from the enquiry to the conference: the median is 14, the quartiles 13 and 15.
pub(super) const ENQUIRY: &[Band] = &[
    (800, 0, 4),
    (5_440, 5, 10),
    (2_900, 11, 11),
    (6_500, 12, 12),
    (13_000, 13, 13),
    (14_500, 14, 14),
    (15_530, 15, 15),
    (6_430, 16, 20),
    (4_500, 21, 27),
    (2_490, 28, 40),
];

/// Working days from the start of an assessment to the day it was authorised: the median is 33.
pub(super) const ASSESSMENT: &[Band] = &[
    (11_680, 0, 0),
    (75_590, 1, 10),
    (112_180, 11, 20),
    (102_260, 21, 30),
    (14_000, 31, 32),
    (16_000, 33, 33),
    (101_380, 34, 40),
    (122_730, 41, 45),
    (37_640, 46, 50),
    (27_860, 51, 60),
    (27_500, 61, LONGEST_ASSESSMENT),
];

/// The longest that an assessment is drawn, in working days.
pub(super) const LONGEST_ASSESSMENT: u32 = 100;

/// How long assessments that are open have been so, in working days: what the lengths leave at each age.
pub(super) const OPEN_ASSESSMENT: &[Band] = &[
    (924, 0, 9),
    (779, 10, 19),
    (613, 20, 29),
    (433, 30, 39),
    (119, 40, 44),
    (57, 45, 49),
    (64, 50, 59),
    (60, 60, 90),
];

/// Working days of an enquiry that came to no conference, and how long open ones have run.
pub(super) const ENQUIRY_ALONE: &[Band] = &[(10, 1, 4), (30, 5, 9), (50, 10, 15), (10, 16, 25)];
pub(super) const OPEN_ENQUIRY: &[Band] = &[(60, 0, 7), (33, 8, 14), (7, 15, 25)];

/// Lengths in days of plans that have ended: to 3 months 15.9 %, to 6 months 11.0, to a year 43.5, to two years 25.2, longer
/// 4.4. No band reaches its limit, because a start is moved to the Friday before.
pub(super) const LASTED: &[Band] =
    &[(159, 30, 89), (110, 93, 180), (435, 184, 363), (190, 368, 540), (62, 541, 728), (44, 733, 900)];

/// Ages in days of plans that are open: what those lengths leave at each age.
pub(super) const OPEN_FOR: &[Band] = &[(28, 2, 91), (24, 92, 182), (30, 183, 365), (16, 366, 730), (2, 731, 900)];
